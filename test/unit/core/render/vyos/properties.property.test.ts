import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, parseAddress, parsePrefix } from '../../../../../src/core/plan/ipv4.ts';
import { renderFrr } from '../../../../../src/core/render/frr.ts';
import { bootText } from '../../../../../src/core/render/vyos/boot-text.ts';
import type { Item } from '../../../../../src/core/render/vyos/item.ts';
import { withSetLines } from '../../../../../src/core/render/vyos/merge.ts';
import { renderVyos } from '../../../../../src/core/render/vyos/render.ts';
import type { VyosRouter } from '../../../../../src/core/render/vyos/router.ts';
import { setText } from '../../../../../src/core/render/vyos/set-text.ts';
import { readBoot } from '../../../../support/vyos-boot.ts';
import { anyStep, type Step } from '../../plan/arbitrary.ts';
import { Bench } from '../../plan/bench.ts';
import { BARE } from '../routers.ts';
import { anyRouter } from './arbitrary.ts';
import { blockAt, taggedAs, valueOf, vyosFacts } from './facts.ts';
import { frrFacts } from './frr-facts.ts';
import { asVyos, plansOf, vyosOf } from './routers.ts';
import { expectNoTraps } from './traps.ts';

const RELEASES = ['1.3', '1.4', '1.5'] as const;

/** Trees are large, and as texts they are compared in no time. */
const same = (one: unknown, other: unknown): void => {
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
};

/** Both forms say the same, and are read back as they were written. */
function expectWellFormed(router: VyosRouter): void {
  for (const release of RELEASES) {
    const { items } = renderVyos(router, release);
    same(withSetLines([], setText(items), release), { items, problems: [] });
    same(readBoot(bootText(items, release)), items);
    same(renderVyos(structuredClone(router), release).items, items);
  }
}

/** The configuration is the plan: each interface, neighbour and address of it, and no other. */
function expectPlan(router: VyosRouter, items: readonly Item[]): void {
  const interfaces = blockAt(items, 'interfaces');
  const facts = vyosFacts(items);
  expect(
    taggedAs(interfaces, 'ethernet').map(([name, device]) => [
      name,
      valueOf(device, 'address'),
      valueOf(device, 'mtu'),
    ]),
  ).toEqual(router.interfaces.map(({ name, address, mtu }) => [name, address, String(mtu)]));
  expect(taggedAs(interfaces, 'vxlan').map(([, tunnel]) => valueOf(tunnel, 'vni'))).toEqual(
    router.bridges.map(({ vni }) => String(vni)),
  );
  expect([facts.asn, facts.routerId]).toEqual([String(router.asn), router.routerId]);
  expect(Object.keys(facts.neighbors)).toEqual(
    router.sessions.flatMap(({ address, password }) =>
      password !== undefined && password.revision === undefined ? [] : [address],
    ),
  );
  expect(facts.networks.toSorted()).toEqual(
    [
      ...new Set([
        ...router.connected,
        ...router.advertise,
        ...(router.vteps ?? []),
        ...(router.loopback === undefined ? [] : [router.loopback]),
      ]),
    ].toSorted(),
  );
}

function perform(bench: Bench, step: Step): void {
  if (step.type === 'put') bench.put(...step.objects);
  else if (step.type === 'delete') {
    const texts = [...bench.written.keys()];
    bench.delete(...step.choices.flatMap((choice) => texts[choice % Math.max(texts.length, 1)] ?? []));
  }
}

describe('VyOS configuration of random plans', () => {
  it('is well-formed in both forms, is the plan, and has none of the traps', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 6 }), (steps) => {
        const bench = new Bench();
        for (const step of steps) perform(bench, step);
        for (const plan of plansOf(bench.settle())) {
          const router = vyosOf(plan);
          const { items } = renderVyos(router, '1.4');
          expectWellFormed(router);
          expectNoTraps(items);
          expectPlan(router, items);
          expect(vyosFacts(items)).toEqual(frrFacts(renderFrr(plan.rendered).text));
          for (const { address } of router.interfaces)
            expect(contains(parsePrefix(address), parseAddress(address.split('/')[0] ?? ''))).toBe(true);
          seen += router.interfaces.length;
        }
      }),
      { numRuns: 50 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('says of any policy what FRR is told', () => {
    fc.assert(
      fc.property(anyRouter, (rendered) => {
        const router = asVyos(rendered);
        const { items } = renderVyos(router, '1.4');
        expectWellFormed(router);
        expectNoTraps(items);
        expectPlan(router, items);
        expect(vyosFacts(items)).toEqual(frrFacts(renderFrr(rendered).text));
      }),
      { numRuns: 120 },
    );
  });

  it('takes any lines on top, and is well-formed all the same', () => {
    const word = fc.constantFrom(
      ...[
        'system',
        'interfaces',
        'ethernet',
        'eth0',
        'address',
        'protocols',
        'bgp',
        'neighbor',
        '10.0.0.2',
        'rule',
        '7',
        'ssh',
      ],
      ...[
        "'a b'",
        "'x {'",
        "'\"\\'",
        "'",
        '"',
        '#',
        'set',
        'delete',
        '',
        'é',
        'mtu',
        "'1450'",
        'ipv4-unicast',
        '{',
        '}',
      ],
    );
    const line = fc.array(word, { maxLength: 6 }).map((words) => ['set', ...words].join(' '));
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 8 }), (lines) => {
        const extraConfig = lines.join('\n');
        const router = asVyos(BARE, { extraConfig });
        const { items, notes } = renderVyos(router, '1.4');
        expectWellFormed(router);
        same(withSetLines(items, extraConfig, '1.4').items, items);
        expect(notes.every(({ reason }) => reason === 'BadLine')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
