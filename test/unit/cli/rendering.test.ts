import { describe, expect, it } from 'vitest';
import type { RouterSpec } from '../../../src/api/router.ts';
import { anyPlatform } from '../../../src/cli/any-platform.ts';
import { renderedText } from '../../../src/cli/rendering.ts';
import { routerPlans } from '../../../src/core/plan/router-plan.ts';
import { ALL_SECRETS } from '../../../src/core/plan/session-terms.ts';
import { Bench, path, router } from '../core/plan/bench.ts';

/** The text of r1 beside r2, as `hinge render` has it. */
function textOf(
  spec: Record<string, unknown>,
  asked: Parameters<typeof renderedText>[2] = {},
): ReturnType<typeof renderedText> {
  const object = router('r1', spec);
  if (object.kind !== 'Router') throw new Error('a Router is a Router');
  const bench = new Bench().put(anyPlatform(object, asked), router('r2'), path('p', ['r1', 'r2']));
  const { topology, desired } = bench.settle();
  const plan = routerPlans(topology, desired.experiments, ALL_SECRETS).find(
    (one) => one.router.name === 'r1',
  );
  if (plan === undefined) throw new Error('r1 is not planned');
  const written: RouterSpec = object.spec;
  return renderedText(plan, written, asked);
}

describe('what hinge render prints', () => {
  it('is what the platform reads, unless another form is asked for', () => {
    expect(textOf({}).text).toMatch(/^frr defaults traditional\nhostname r1\n/);
    expect(textOf({ platform: 'vyos' }).text).toMatch(/^system \{\n {4}host-name "r1"\n/);
    expect(textOf({ platform: 'vyos', runtime: 'sandbox' }, { format: 'set' }).text).toMatch(
      /^set system host-name 'r1'\n/,
    );
    expect(textOf({ platform: 'vyos' }, { format: 'frr' }).text).toMatch(/^frr defaults traditional\n/);
    expect(textOf({}, { format: 'set' }).text).toContain(
      "set interfaces ethernet eth0 address '10.200.0.2/27'\n",
    );
    expect(
      [textOf({}), textOf({}, { format: 'set' }), textOf({}, { format: 'boot' })].map(({ comment }) =>
        comment.join('x'),
      ),
    ).toEqual(['! x', '# x', '/* x */']);
  });

  it('is for the release that is asked for, written, or told by the image', () => {
    const bgp = (spec: Record<string, unknown>, release?: '1.3' | '1.4' | '1.5'): string | undefined => {
      const { text } = textOf({ platform: 'vyos', ...spec }, release === undefined ? {} : { release });
      return /Release version: (\S+)/.exec(text)?.[1];
    };
    expect(bgp({})).toBe('1.4.0');
    expect(bgp({ image: 'vyos:1.5' })).toBe('1.5-rolling-202410210006');
    expect(bgp({ image: 'vyos:1.5', release: '1.3' })).toBe('1.3.1');
    expect(bgp({ release: '1.3' }, '1.4')).toBe('1.4.0');
    expect(textOf({ platform: 'frr', image: 'frr:1.5' }, { format: 'boot' }).text).toContain(
      'Release version: 1.4.0',
    );
  });

  it('has what users wrote for the platform, and says what is left out', () => {
    const forVyos = "set system time-zone 'Asia/Tokyo'";
    expect(textOf({ platform: 'vyos', extraConfig: forVyos }).text).toContain('time-zone "Asia/Tokyo"');
    const crossed = textOf({ platform: 'vyos', extraConfig: forVyos }, { format: 'frr' });
    expect(crossed.text).not.toContain('time-zone');
    expect(crossed.warnings).toEqual(['spec.extraConfig is left out: it is written for VyOS.']);
    expect(textOf({ extraConfig: 'log commands' }, { format: 'set' }).warnings).toEqual([
      'spec.extraConfig is left out: it is written for FRR.',
    ]);
    expect(textOf({ platform: 'vyos', extraConfig: 'log commands' }).warnings).toEqual([
      'Line 1 of spec.extraConfig was left out: expected a line that begins with set, found log.',
    ]);
    expect(textOf({ platform: 'vyos', release: '1.3' }).warnings).toHaveLength(1);
  });

  it('names secrets, never values', () => {
    const bgp = { neighbors: [{ router: 'r2', password: { secret: 'core' } }] };
    expect(textOf({ bgp }, { format: 'set' }).text).toContain("password '{secret:core:0}'\n");
    expect(textOf({ bgp }).text).toContain('password {secret core 0}\n');
  });
});
