import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { type Footing, footingOf } from '../support/footing.ts';
import { sessionsOf } from '../support/frr.ts';
import { document, measured, pathRef, router, useTestbed } from '../support/testbed.ts';

const BOUND_MS = 60_000;
const ROUTERS = { 'policy-a': 65001, 'policy-b': 65002, 'policy-c': 65003 } as const;
type Name = keyof typeof ROUTERS;

const entry = z.object({
  paths: z
    .array(
      z.object({
        aspath: z.object({ string: z.string() }),
        metric: z.number().optional(),
        locPrf: z.number().optional(),
        community: z.object({ string: z.string() }).optional(),
        bestpath: z.object({ overall: z.boolean().optional() }).optional(),
        peer: z.object({ peerId: z.string() }),
      }),
    )
    .default([]),
});

/** What a router's table has for a prefix from one neighbour. */
interface Heard {
  readonly asPath: string;
  readonly med: number | undefined;
  readonly localPreference: number | undefined;
  readonly communities: string;
  readonly best: boolean;
}

describe('BGP policy on a triangle', () => {
  const testbed = useTestbed('/policy', { HINGE_RESYNC: '5s' });
  const addresses = new Map<string, string>();

  const put = async (name: Name, bgp?: unknown, more: object = {}): Promise<void> => {
    const own = name === 'policy-a' ? { advertise: ['203.0.113.0/24', '198.51.100.0/24'] } : {};
    const spec = { asn: ROUTERS[name], ...own, ...(bgp === undefined ? {} : { bgp }), ...more };
    await testbed.put(document('Router', name, spec));
  };

  const vtysh = async (name: Name, command: string): Promise<string> =>
    (await testbed.container(`router/${name}`)).run('vtysh', '-c', command);

  /** @returns undefined: nothing from that neighbour. */
  const heard = async (at: Name, from: Name, prefix: string): Promise<Heard | undefined> => {
    const text = await vtysh(at, `show bgp ipv4 unicast ${prefix} json`);
    const { paths } = entry.parse(JSON.parse(text.trim() === '' ? '{}' : text));
    const found = paths.find(({ peer }) => peer.peerId === addresses.get(`${at} ${from}`));
    if (found === undefined) return undefined;
    const { aspath, metric, locPrf, community, bestpath } = found;
    return {
      asPath: aspath.string,
      med: metric,
      localPreference: locPrf,
      communities: community?.string ?? '',
      best: bestpath?.overall ?? false,
    };
  };

  const expectHeard = (
    at: Name,
    from: Name,
    prefix: string,
    expected: Partial<Heard> | undefined,
  ): Promise<void> =>
    eventually(
      async () => {
        const found = await heard(at, from, prefix);
        if (expected === undefined) expect(found).toBeUndefined();
        else expect(found).toMatchObject(expected);
      },
      { timeoutMs: BOUND_MS, intervalMs: 200, message: `${at} hears ${prefix} from ${from} as declared` },
    );

  const session = async (at: Name, peer: Name): Promise<string | undefined> =>
    (await sessionsOf(await testbed.container(`router/${at}`)))[addresses.get(`${at} ${peer}`) ?? '']?.state;

  const expectEstablished = (at: Name, peer: Name): Promise<void> =>
    eventually(async () => expect(await session(at, peer)).toBe('Established'), {
      timeoutMs: BOUND_MS,
      intervalMs: 200,
      message: `the session of ${at} with ${peer} is established`,
    });

  const allRouters = (): Promise<number> => testbed.ready(Object.keys(ROUTERS).map(router));

  let before: Readonly<Record<string, Footing>>;

  beforeAll(async () => {
    await testbed.start();
    for (const name of Object.keys(ROUTERS)) await put(name as Name);
    await testbed.put(
      document('Path', 'policy-row', { via: ['policy-a', 'policy-b', 'policy-c'] }),
      document('Path', 'policy-short', { via: ['policy-a', 'policy-c'] }),
    );
    await testbed.ready([
      ...Object.keys(ROUTERS).map(router),
      pathRef('policy-row'),
      pathRef('policy-short'),
    ]);
    for (const name of Object.keys(ROUTERS)) {
      const status = (await testbed.status(router(name))) as {
        readonly sessions?: readonly { readonly peer: string; readonly address: string }[];
      };
      for (const { peer, address } of status.sessions ?? []) addresses.set(`${name} ${peer}`, address);
    }
    before = await footingOf(testbed);
  });

  it('sets what the neighbour then sees, filters and aggregates', async () => {
    const began = performance.now();
    await put('policy-a', {
      gracefulRestart: { restartTime: 60 },
      aggregates: [{ prefix: '198.51.0.0/16', summaryOnly: true }],
      export: [
        {
          match: { prefixes: ['203.0.113.0/24'] },
          set: { prepend: 2, med: 77, addCommunities: ['65001:5', 'no-peer'] },
        },
      ],
      neighbors: [{ router: 'policy-b', defaultOriginate: true }],
    });
    await put('policy-c', {
      neighbors: [
        {
          router: 'policy-b',
          import: [
            { match: { asPath: '_65001$', communities: ['65001:5'] }, set: { localPreference: 333 } },
            { match: { prefixes: ['0.0.0.0/0'] }, action: 'deny' },
          ],
        },
      ],
    });
    const tagged = { asPath: '65001 65001 65001', med: 77, communities: '65001:5 no-peer' };
    await expectHeard('policy-b', 'policy-a', '203.0.113.0/24', tagged);
    await expectHeard('policy-c', 'policy-a', '203.0.113.0/24', { ...tagged, best: false });
    const over = { asPath: '65002 65001 65001 65001', localPreference: 333, best: true };
    await expectHeard('policy-c', 'policy-b', '203.0.113.0/24', over);
    await expectHeard('policy-b', 'policy-a', '198.51.0.0/16', { asPath: '65001' });
    await expectHeard('policy-b', 'policy-a', '198.51.100.0/24', undefined);
    await expectHeard('policy-b', 'policy-a', '0.0.0.0/0', { asPath: '65001' });
    await expectHeard('policy-c', 'policy-b', '0.0.0.0/0', undefined);
    await expectHeard('policy-c', 'policy-a', '0.0.0.0/0', undefined);
    measured(
      `a policy on two routers seen by their neighbours ${((performance.now() - began) / 1000).toFixed(1)} s after put`,
    );
  });

  it('changes and goes without a reset, and leaves no line behind', async () => {
    await put('policy-a', {
      timers: { keepalive: 2, hold: 6 },
      export: [
        { match: { prefixes: ['203.0.113.0/24'] }, action: 'deny' },
        { set: { communities: ['65001:9'] } },
      ],
    });
    await expectHeard('policy-b', 'policy-a', '203.0.113.0/24', undefined);
    await expectHeard('policy-b', 'policy-a', '198.51.100.0/24', { communities: '65001:9', asPath: '65001' });
    await put('policy-a');
    await put('policy-c');
    await expectHeard('policy-b', 'policy-a', '203.0.113.0/24', { communities: '', asPath: '65001', med: 0 });
    await expectHeard('policy-c', 'policy-a', '203.0.113.0/24', { best: true });
    await allRouters();
    for (const name of Object.keys(ROUTERS))
      await eventually(
        async () =>
          expect(await vtysh(name as Name, 'show running-config')).not.toMatch(
            /hinge-(from|to)-|access-list|community-list|graceful-restart|aggregate-address|default-originate/,
          ),
        { timeoutMs: BOUND_MS, message: `${name} has no policy left` },
      );
    expect(await footingOf(testbed)).toEqual(before);
  });

  it('leaves alone what runs when the next version is wrong', async () => {
    await put('policy-b', { import: [{ action: 'deny', set: { med: 1 } }] });
    await testbed.condition(router('policy-b'), 'Valid', {
      status: 'False',
      message: /spec\.bgp\.import\[0\]\.set/,
    });
    await put('policy-b', { neighbors: [{ router: 'nobody', import: [{ action: 'deny' }] }] });
    await testbed.condition(router('policy-b'), 'Policy', { status: 'False', reason: 'NotANeighbor' });
    await put('policy-b');
    await allRouters();
    expect(await footingOf(testbed)).toEqual(before);
  });

  it('ends a session that announces more than its limit, and says who holds it', async () => {
    const limit = (count: number) => ({
      neighbors: [{ router: 'policy-a', maximumPrefixes: { limit: count, action: 'reset' } }],
    });
    await put('policy-c', limit(1));
    await testbed.condition(router('policy-c'), 'Established', { status: 'False', reason: 'HeldByRouter' });
    await put('policy-c', limit(1_000));
    const cleared = `clear bgp ${addresses.get('policy-c policy-a') ?? ''}`;
    await eventually(
      async () => expect(await vtysh('policy-c', 'show running-config')).toContain('maximum-prefix 1000'),
      { timeoutMs: BOUND_MS, message: 'the limit is raised' },
    );
    await vtysh('policy-c', cleared);
    await expectEstablished('policy-c', 'policy-a');
    await put('policy-c');
    await allRouters();
  });

  describe('with a password', () => {
    const RIGHT = 'r1ght|$&"p@ss!';
    const OTHER = "0th3r'pass;`word`";
    const signed = (name: string, peer: Name): unknown => ({
      neighbors: [{ router: peer, password: { secret: name } }],
    });
    const secret = (name: string): string => `${testbed.keys.secrets}${name}`;

    it('has no session before there is a secret, and one with it', async () => {
      await testbed.put(
        document('Path', 'policy-short', {
          via: ['policy-a', 'policy-c'],
          bgp: { password: { secret: 'core' } },
        }),
      );
      await testbed.condition(router('policy-a'), 'Policy', { status: 'False', reason: 'SecretMissing' });
      await eventually(async () => expect(await session('policy-a', 'policy-c')).toBeUndefined(), {
        timeoutMs: BOUND_MS,
        message: 'the session is not configured',
      });
      await testbed.store.put(secret('core'), `${RIGHT}\n`);
      await testbed.condition(router('policy-c'), 'Policy', { status: 'False', reason: 'SecretInvalid' });
      await testbed.store.put(secret('core'), RIGHT);
      await expectEstablished('policy-a', 'policy-c');
      expect(await vtysh('policy-a', 'show running-config')).toContain(` password ${RIGHT}\n`);
      await allRouters();
    });

    it('takes another value at both ends', async () => {
      await testbed.store.put(secret('core'), OTHER);
      for (const name of ['policy-a', 'policy-c'] as const)
        await eventually(
          async () => expect(await vtysh(name, 'show running-config')).toContain(` password ${OTHER}\n`),
          {
            timeoutMs: BOUND_MS,
            message: `${name} has the new password`,
          },
        );
      await expectEstablished('policy-a', 'policy-c');
      await allRouters();
    });

    it('does not come up with another at the other end, and says so', async () => {
      await testbed.store.put(secret('wrong'), RIGHT);
      await put('policy-c', signed('wrong', 'policy-a'));
      await testbed.condition(router('policy-c'), 'Policy', { status: 'False', reason: 'PasswordsDiffer' });
      await testbed.condition(router('policy-c'), 'Established', { status: 'False' });
      await put('policy-c');
      await expectEstablished('policy-a', 'policy-c');
      await allRouters();
    });

    it('shows it nowhere, also when somebody changes it by hand', async () => {
      const own = addresses.get('policy-a policy-c') ?? '';
      const container = await testbed.container('router/policy-a');
      const lines = ['configure terminal', 'router bgp 65001', `neighbor ${own} password f0reign`];
      await container.run('vtysh', ...lines.flatMap((line) => ['-c', line]));
      await eventually(
        async () => expect(await vtysh('policy-a', 'show running-config')).not.toContain('f0reign'),
        {
          timeoutMs: BOUND_MS,
          message: 'the password is put back',
        },
      );
      await allRouters();
      const logs = await Promise.all(testbed.operators.map((operator) => operator.log()));
      const shown = [
        ...logs,
        ...[...(await testbed.snapshot())]
          .filter(([key]) => !key.startsWith(testbed.keys.secrets))
          .map(([, { value }]) => value),
        (await testbed.operators[0]?.get('/metrics'))?.text ?? '',
      ].join('\n');
      expect(shown).toContain('password ***');
      for (const value of [RIGHT, OTHER, 'f0reign'])
        for (const form of [value, JSON.stringify(value).slice(1, -1)]) expect(shown).not.toContain(form);
    });
  });
});
