import { describe, expect, it } from 'vitest';
import { RouterRefusal } from '../../../../src/core/failure.ts';
import { asPathMask } from '../../../../src/core/render/bird-as-path.ts';
import { extraConfigResets } from '../../../../src/core/render/bird-resets.ts';
import { withSecrets } from '../../../../src/core/render/bird-secrets.ts';
import { renderBird, watchedIn, withoutBfd } from '../../../../src/core/render/bird.ts';
import type { RenderedRouter } from '../../../../src/core/render/router.ts';

/** Read back by the real BIRD in test/images; written by `vitest -u`. */
const golden = (name: string): string => `../../../golden/bird/${name}.conf`;

const BARE: RenderedRouter = {
  hostname: 'r1',
  asn: 4200000000,
  routerId: '0.0.0.1',
  loopback: undefined,
  sessions: [],
  connected: [],
  advertise: [],
  preferred: [],
  extraConfig: undefined,
};

const FULL: RenderedRouter = {
  ...BARE,
  routerId: '10.255.0.1',
  loopback: '10.255.0.1/32',
  sessions: [
    { peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2' },
    {
      ...{ peer: 'r3', asn: 4294967294, address: '10.10.0.2', network: 'link/r1--r3' },
      pace: { keepalive: 4, hold: 12, connect: 2, bfdMs: 1_000 },
      password: { secret: 'core', revision: '7' },
    },
    { peer: 'r4', asn: 4, address: '10.11.0.2', network: 'link/r1--r4', bfd: false },
  ],
  connected: ['10.10.0.0/24', '10.9.0.0/16', '10.11.0.0/24', '10.204.0.0/24'],
  advertise: ['203.0.113.0/24', '192.0.2.0/24', '192.0.2.0/25', '10.204.0.0/24', '0.0.0.0/0'],
  preferred: [
    { prefix: '10.205.0.0/24', from: '10.10.0.2' },
    { prefix: '10.204.128.0/17', from: '10.9.0.3' },
    { prefix: '10.9.128.0/17', from: '10.9.0.3' },
  ],
  extraConfig: 'protocol static by_hand {\n  ipv4;\n  route 198.51.100.0/24 blackhole;\n}\n',
};

/** Everything that a policy can say on BIRD, on a router that prefers neighbours for Paths too. */
const POLICY: RenderedRouter = {
  ...BARE,
  sessions: [
    {
      ...{ peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2' },
      policy: {
        import: [
          {
            match: {
              prefixes: [
                '10.0.0.0/8 le 24',
                '172.16.0.0/12 ge 16',
                '192.0.2.0/24',
                '198.18.0.0/15 ge 16 le 24',
              ],
              asPath: '^65001_',
              communities: ['65000:1', 'no-export'],
            },
            action: 'permit',
            set: {
              localPreference: 300,
              med: 5,
              removeCommunities: ['65000:1'],
              addCommunities: ['65000:2'],
            },
          },
          { match: { asPath: '_65010_' }, action: 'deny' },
        ],
        export: [
          { match: { asPath: '^$' }, action: 'permit', set: { prepend: 2 } },
          { action: 'permit', set: { prependAsns: [7, 8], communities: ['65000:3', 'blackhole'] } },
        ],
        maximumPrefixes: { limit: 10, action: 'reset' },
      },
    },
    {
      ...{ peer: 'r3', asn: 3, address: '10.10.0.2', network: 'link/r1--r3' },
      policy: { import: [], export: [], maximumPrefixes: { limit: 20, action: 'warn' } },
    },
  ],
  connected: ['10.9.0.0/24', '10.10.0.0/24'],
  preferred: [{ prefix: '10.205.0.0/24', from: '10.9.0.3' }],
};

/** A router with a neighbour of its own AS. */
const IBGP: RenderedRouter = {
  ...POLICY,
  asn: 2,
};

describe('renderBird', () => {
  it.each([
    ['bare', BARE],
    ['full', FULL],
    ['policy', POLICY],
    ['ibgp', IBGP],
  ])('writes a whole bird.conf: %s', async (name, router) => {
    await expect(renderBird(router).text).toMatchFileSnapshot(golden(name));
  });

  it('gives the same text for the same router in any order', () => {
    const turned = {
      ...FULL,
      connected: FULL.connected.toReversed(),
      advertise: FULL.advertise.toReversed(),
      preferred: FULL.preferred.toReversed(),
    };
    expect(renderBird(turned)).toEqual(renderBird(FULL));
  });

  it('leaves out a session that cannot be signed', () => {
    const [first, ...others] = FULL.sessions;
    const unsigned = { ...first, password: { secret: 'gone', revision: undefined } } as typeof first;
    const sessions = [unsigned, ...others].flatMap((session) => session ?? []);
    expect(renderBird({ ...FULL, sessions }).text).not.toContain('10.9.0.3');
  });
});

describe('BFD', () => {
  const rendered = renderBird(FULL);

  it('is told of the neighbours that have it', () => {
    expect([...watchedIn(rendered.text)]).toEqual(['10.9.0.3', '10.10.0.2']);
  });

  it('is left out for some of them, and nothing else with it', () => {
    const rest = withoutBfd(rendered, ['10.9.0.3']);
    expect([...watchedIn(rest.text)]).toEqual(['10.10.0.2']);
    expect(rest.hash).not.toBe(rendered.hash);
    const missing = rendered.text.split('\n').length - rest.text.split('\n').length;
    expect(missing).toBe(1);
    expect(withoutBfd(rendered, [])).toEqual(rendered);
  });
});

describe('secrets', () => {
  const { text } = renderBird(FULL);

  it('are put in where hinge names them, and nowhere else', () => {
    const own = { ...FULL, extraConfig: '  password "{secret core 7}";' };
    const filled = withSecrets(renderBird(own).text, () => 'p$&ss');
    expect(filled.match(/p\$&ss/g)).toHaveLength(1);
    expect(filled).toContain('  password "p$&ss";');
    expect(filled).toContain('{secret core 7}');
  });

  it('cannot hold a quotation mark', () => {
    expect(() => withSecrets(text, () => 'a"b')).toThrow(RouterRefusal);
    expect(() => withSecrets(text, () => 'a"b')).toThrow(/secret core has a quotation mark/);
  });
});

describe('AS path masks', () => {
  it.each([
    ['^65001_', '[= 65001 * =]'],
    ['_65010_', '[= * 65010 * =]'],
    ['_65010$', '[= * 65010 =]'],
    ['^1_2_3$', '[= 1 2 3 =]'],
    ['^$', '[= =]'],
  ])('say the same as %s', (pattern, mask) => {
    expect(asPathMask(pattern)).toBe(mask);
  });

  it.each(['65010', '^65010', '^6501[0-9]$', '.*', '_', '^1 2$'])('cannot say %s', (pattern) => {
    expect(asPathMask(pattern)).toBeUndefined();
  });
});

describe('changes of extraConfig', () => {
  const resets = (before: string, after: string) =>
    extraConfigResets(
      renderBird({ ...FULL, extraConfig: before }).text,
      renderBird({ ...FULL, extraConfig: after }).text,
    );

  it('reset all sessions with another router ID, and none otherwise', () => {
    expect(resets('', 'router id 1.2.3.4;')).toEqual([
      { line: 'router id 1.2.3.4;', change: 'added', neighbor: undefined, certain: true },
    ]);
    expect(resets('router id 1.2.3.4;', '')).toMatchObject([{ change: 'removed' }]);
    expect(resets('', 'protocol static x { ipv4; }')).toEqual([]);
  });
});
