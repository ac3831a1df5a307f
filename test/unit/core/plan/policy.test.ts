import { describe, expect, it } from 'vitest';
import type { DesiredSession, DesiredWorkload } from '../../../../src/core/plan/desired.ts';
import type { SecretState } from '../../../../src/core/plan/session-terms.ts';
import { intake } from '../../../../src/core/plan/intake.ts';
import { Bench, experiment, path, router } from './bench.ts';

type Spec = Record<string, unknown>;

/** r1 – r2 – r3, and r4 beside r2: a way round from r1 to r3. `bgp` by router. */
const mesh = (bgp: Readonly<Record<string, Spec>> = {}, row: Spec = {}): Bench =>
  new Bench().put(
    ...['r1', 'r2', 'r3', 'r4'].map((name, index) =>
      router(name, { asn: index + 1, ...(bgp[name] !== undefined && { bgp: bgp[name] }) }),
    ),
    path('row', ['r1', 'r2', 'r3'], row),
    path('round', ['r1', 'r4', 'r3']),
    experiment('e', {
      hosts: [
        { name: 'a', router: 'r1', subnet: '10.1.0.0/24' },
        { name: 'b', router: 'r3', subnet: '10.2.0.0/24' },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: 'row' }],
    }),
  );

const planned = (
  bench: Bench,
  secrets: Readonly<Record<string, SecretState>> = {},
): readonly DesiredWorkload[] => {
  bench.settle();
  return intake({ ...bench.input(), secrets: new Map(Object.entries(secrets)) }).desired.workloads;
};
const workload = (workloads: readonly DesiredWorkload[], name: string): DesiredWorkload | undefined =>
  workloads.find(({ key }) => key === `router/${name}`);
const session = (
  workloads: readonly DesiredWorkload[],
  name: string,
  peer: string,
): DesiredSession | undefined => {
  const setup = workload(workloads, name)?.setup;
  return setup?.type === 'router' ? setup.sessions.find((each) => each.peer === peer) : undefined;
};
const text = (workloads: readonly DesiredWorkload[], name: string): string => {
  const setup = workload(workloads, name)?.setup;
  return setup?.type === 'router' ? setup.configuration.text : '';
};
const notes = (workloads: readonly DesiredWorkload[], name: string): readonly string[] | undefined =>
  workload(workloads, name)?.notes?.map(({ reason, message }) => `${reason}: ${message}`);

describe('the terms of a session', () => {
  it("are the neighbour's entry before the Path's, and those before the Router's", () => {
    const slow = { keepalive: 20, hold: 60, connect: 9 };
    const workloads = planned(
      mesh(
        { r1: { timers: { hold: 90 }, neighbors: [{ router: 'r2', timers: { keepalive: 1, hold: 3 } }] } },
        { bgp: { timers: slow, bfd: false } },
      ),
    );
    expect(session(workloads, 'r1', 'r2')).toMatchObject({
      pace: { keepalive: 1, hold: 3, connect: 1 },
      bfd: false,
    });
    expect(session(workloads, 'r2', 'r1')).toMatchObject({ pace: slow, bfd: false });
    expect(session(workloads, 'r1', 'r4')?.pace).toMatchObject({ keepalive: 3, hold: 90, connect: 1 });
    expect(session(workloads, 'r4', 'r1')?.pace).toBeUndefined();
  });

  it('are those that are written, where the delay of the link asks for others; BFD still follows the delay', () => {
    const links = { delay: '2s', control: 'shaped' };
    const workloads = planned(mesh({ r1: { timers: { keepalive: 1, hold: 4 } } }, { links }));
    expect(session(workloads, 'r1', 'r2')?.pace).toEqual({ keepalive: 1, hold: 4, connect: 1, bfdMs: 4_000 });
    expect(session(workloads, 'r2', 'r1')?.pace).toMatchObject({ keepalive: 7, hold: 21 });
  });

  it('of a hop stand in place of those of its Path, one by one', () => {
    const bgp = { bfd: false, timers: { hold: 30 } };
    const hops = [{ between: ['r3', 'r2'], bgp: { bfd: true } }];
    const workloads = planned(mesh({}, { bgp, hops }));
    expect(session(workloads, 'r2', 'r1')).toMatchObject({ bfd: false, pace: { hold: 30 } });
    expect(session(workloads, 'r2', 'r3')).toMatchObject({ pace: { hold: 30 } });
    expect(session(workloads, 'r2', 'r3')?.bfd).toBeUndefined();
  });

  it('are the same for all Paths over a link', () => {
    const bench = mesh({}, { bgp: { bfd: false } });
    bench.settle();
    bench.put(path('same', ['r1', 'r2'], { bgp: { bfd: false } }), path('none', ['r1', 'r2']));
    expect(bench.settle().problems.size).toBe(0);
    bench.put(path('other', ['r2', 'r3'], { bgp: { bfd: true } }));
    const [problem] = bench.settle().problems.get('Path/other') ?? [];
    expect(problem).toMatchObject({ reason: 'Conflict', field: 'spec.bgp', value: 'bfd true' });
    expect(problem?.message).toContain('shared with Path/row and has bfd false there');
  });
});

describe('rules', () => {
  it('for a neighbour come before those for all', () => {
    const deny = { action: 'deny' };
    const workloads = planned(
      mesh({ r2: { import: [deny], neighbors: [{ router: 'r1', import: [{ set: { med: 1 } }] }] } }),
    );
    expect(session(workloads, 'r2', 'r1')?.policy?.import).toMatchObject([{ set: { med: 1 } }, deny]);
    expect(session(workloads, 'r2', 'r3')?.policy?.import).toMatchObject([deny]);
    expect(session(workloads, 'r1', 'r2')?.policy).toBeUndefined();
  });

  it('never outweigh a Path by their local preference', () => {
    const workloads = planned(mesh({ r1: { import: [{ set: { localPreference: 500 } }] } }));
    expect(text(workloads, 'r1')).toMatch(
      / set local-preference 500\n on-match next\nexit\n!\nroute-map \S+ permit 2\n match ip address prefix-list hinge-via-\S+\n set local-preference 501\n/,
    );
    expect(notes(workloads, 'r1')).toEqual([]);
  });
});

describe('what is said of a policy', () => {
  it('is nothing where there is none', () => {
    expect(notes(planned(mesh()), 'r1')).toBeUndefined();
    expect(notes(planned(mesh({ r1: {} })), 'r1')).toEqual([]);
  });

  it('is that a neighbour is none, until it is', () => {
    const bench = mesh({ r1: { neighbors: [{ router: 'r3', bfd: false }] } });
    expect(notes(planned(bench), 'r1')).toEqual([
      'NotANeighbor: spec.bgp.neighbors[0].router: r3 is not a neighbour by any Path (its neighbours are r2, r4); the entry has no effect until it is',
    ]);
    const joined = planned(bench.put(path('short', ['r1', 'r3'])));
    expect(notes(joined, 'r1')).toEqual([]);
    expect(session(joined, 'r1', 'r3')?.bfd).toBe(false);
  });

  it('is that a rule keeps a prefix from a router that a Path needs it at', () => {
    const fight = 'for connection ab of Experiment/e along Path/row';
    const denied = { match: { prefixes: ['10.2.0.0/16 le 24'] }, action: 'deny' };
    const workloads = planned(
      mesh({
        r1: { import: [denied] },
        r2: { export: [denied], aggregates: [{ prefix: '10.2.0.0/16', summaryOnly: true }] },
      }),
    );
    expect(notes(workloads, 'r1')).toEqual([
      `FightsPath: spec.bgp.import[0] (deny) keeps 10.2.0.0/24 from r1, which is to send it to r2 ${fight}`,
    ]);
    expect(notes(workloads, 'r2')).toEqual([
      `FightsPath: spec.bgp.export[0] (deny) keeps 10.2.0.0/24 from r1, which is to send it to r2 ${fight}`,
      `FightsPath: spec.bgp.aggregates[0] (summaryOnly) keeps 10.2.0.0/24 from r1, which is to send it to r2 ${fight}`,
    ]);
  });

  it.each([
    ['another length', { match: { prefixes: ['10.2.0.0/16'] }, action: 'deny' }],
    ['a longer one only', { match: { prefixes: ['10.2.0.0/24 ge 25'] }, action: 'deny' }],
    ['another prefix', { match: { prefixes: ['10.3.0.0/16 le 32'] }, action: 'deny' }],
    ['what is not known before', { match: { asPath: '_3_' }, action: 'deny' }],
  ])('is nothing where a rule denies %s', (_, rule) => {
    expect(notes(planned(mesh({ r1: { import: [rule] } })), 'r1')).toEqual([]);
  });

  it('is nothing where a rule before it may permit', () => {
    const rules = [{ match: { communities: ['2:1'] } }, { action: 'deny' }];
    expect(notes(planned(mesh({ r1: { import: rules } })), 'r1')).toEqual([]);
  });
});

describe('a session with a secret', () => {
  const signed = (): Bench => mesh({}, { bgp: { password: { secret: 'core' } } });

  it('names it and its revision, and nothing of its value', () => {
    const workloads = planned(signed(), { core: { revision: '77' } });
    expect(text(workloads, 'r1')).toMatch(/^ neighbor \S+ password \{secret core 77\}$/m);
    expect(notes(workloads, 'r1')).toEqual([]);
    expect(text(workloads, 'r1')).not.toBe(text(planned(signed(), { core: { revision: '78' } }), 'r1'));
  });

  it('is not configured while the secret is not there, or cannot be used', () => {
    for (const [secrets, reason] of [
      [{}, 'SecretMissing'],
      [{ core: { unusable: 'expected less' } }, 'SecretInvalid'],
    ] as const) {
      const workloads = planned(signed(), secrets);
      expect(text(workloads, 'r1')).not.toContain('remote-as 2');
      expect(text(workloads, 'r1')).toContain('remote-as 4');
      expect(session(workloads, 'r1', 'r2')).toBeDefined();
      expect(workload(workloads, 'r1')?.notes).toMatchObject([{ reason }]);
    }
  });

  it('names the same one at both ends', () => {
    const bench = mesh({ r1: { neighbors: [{ router: 'r2', password: { secret: 'mine' } }] } });
    const workloads = planned(bench, { mine: { revision: '1' } });
    expect(notes(workloads, 'r1')?.join()).toMatch(
      /^PasswordsDiffer: .*r1 has secret mine for it and r2 has no secret/,
    );
    expect(notes(workloads, 'r2')?.join()).toMatch(
      /^PasswordsDiffer: .*r2 has no secret for it and r1 has secret mine/,
    );
  });
});
