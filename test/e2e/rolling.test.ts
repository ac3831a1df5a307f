import { beforeAll, describe, expect, it } from 'vitest';
import type { EventRecord, RouterStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { hinge, type OperatorProcess } from '../support/operator.ts';
import { type Document, document, measured, router, useTestbed } from '../support/testbed.ts';

const NAMES = ['r1', 'r2', 'r3'];
const routers = (spec: Readonly<Record<string, unknown>> = {}): readonly Document[] =>
  NAMES.map((name) => document('Router', name, spec));
const chain = document('Path', 'chain', { via: NAMES });
const spur = document('Path', 'spur', { via: ['r3', 'r4'] });
const spurRouter = document('Router', 'r4');

describe('changes to routers that run', () => {
  const testbed = useTestbed('/rolling');
  const refs = [...NAMES.map(router), chain.ref];

  const textOf = (documents: readonly Document[]): string =>
    documents.map(({ text }) => text).join('\n---\n');
  const diff = (documents: readonly Document[], ...args: readonly string[]): ReturnType<typeof hinge> =>
    hinge(testbed.env, ['diff', '-f', '-', ...args], textOf(documents));

  /** Writes them in one transaction: those that are put one by one are replaced in the order in which they come. */
  const apply = async (documents: readonly Document[]): Promise<void> => {
    const { exitCode, stderr } = await hinge(testbed.env, ['apply', '-f', '-'], textOf(documents));
    expect(exitCode, stderr).toBe(0);
  };

  const status = async (name: string): Promise<RouterStatus | undefined> => testbed.status(router(name));

  /** Since when each session of a router is up, by peer. */
  const established = async (name: string): Promise<ReadonlyMap<string, string | undefined>> =>
    new Map((await status(name))?.sessions?.map(({ peer, establishedAt }) => [peer, establishedAt]));

  /** What `hinge events` has for an object. */
  const events = async (name: string): Promise<readonly EventRecord[]> => {
    const { stdout } = await hinge(testbed.env, ['events', name, '-o', 'json']);
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as EventRecord);
  };

  /** Containers of routers that ended and started since a mark, in the order in which the engines said so. */
  const turns = async (mark: number): Promise<readonly string[]> => {
    const seen = await testbed.events();
    const end = await seen.mark();
    return seen.events.slice(mark, end).flatMap(({ what, name }) => {
      const [, which] = /^rolling-(r[1-3])\./.exec(name) ?? [];
      return which !== undefined && (what === 'container die' || what === 'container start')
        ? [`${which} ${what.replace('container ', '')}`]
        : [];
    });
  };

  /** Looks at the statuses until all are Ready. @returns what was remembered of each replacement, in the order in which they began */
  const watchRollout = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const begun = new Map<string, readonly string[]>();
    await eventually(
      async () => {
        const all = await Promise.all(NAMES.map(async (name) => [name, await status(name)] as const));
        const away = all.filter(([, one]) => one?.replacement !== undefined);
        expect(away.length, away.map(([name]) => name).join()).toBeLessThanOrEqual(1);
        for (const [name, one] of away) begun.set(name, one?.replacement?.sessions ?? []);
        const ready = all.filter(([, one]) => isReady(one));
        if (ready.length < NAMES.length || begun.size < NAMES.length)
          throw new Error(
            `Ready: ${ready.map(([name]) => name).join()}; away: ${away.map(([name]) => name).join()}`,
          );
      },
      { timeoutMs: 200_000, intervalMs: 100, message: 'all routers were replaced and are Ready' },
    );
    return begun;
  };

  /** Updates of services that the operator has made. */
  const updates = (operator: OperatorProcess, outcome: 'done' | 'failed'): Promise<number> =>
    operator.metric('hinge_actions_total', { type: 'update-service', outcome });

  let first: OperatorProcess;

  beforeAll(async () => {
    first = await testbed.start();
    await testbed.put(...routers(), chain);
    await testbed.ready(refs);
  });

  it('are none when the files say what is there', async () => {
    const { exitCode, stdout, stderr } = await diff([...routers(), chain]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('path/chain is unchanged');
    expect(stdout).toContain('no running session is touched');
  });

  it('are an error when an object is bad', async () => {
    const { exitCode, stderr } = await diff([document('Path', 'chain', { via: ['r1', 'nobody'] })]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Path\/chain: spec\.via\[1\].*nobody/);
    expect((await diff([document('Router', 'r1', { asm: 1 })])).stderr).toContain('asn');
  });

  it('touch no session when a Path is added, beforehand and in fact', async () => {
    const before = await Promise.all(NAMES.map(established));
    const { exitCode, stdout, stderr } = await diff([spurRouter, spur]);
    expect(exitCode, stderr).toBe(1);
    for (const part of [
      'path/spur is created',
      'router/r4 is created',
      'router/r3 is configured in place',
      'link/r3--r4 is added',
      'no running session is touched',
    ])
      expect(stdout).toContain(part);
    expect(stdout).toMatch(/^\s+\+ neighbor .* description r4$/m);
    await testbed.put(spurRouter, spur);
    await testbed.ready([...refs, spur.ref, spurRouter.ref]);
    const after = await Promise.all(NAMES.map(established));
    for (const [at, sessions] of before.entries())
      for (const [peer, since] of sessions) expect(after[at]?.get(peer), peer).toBe(since);
    const planned = (await events('path/spur')).find(({ reason }) => reason === 'Planned');
    expect(planned?.message).toBe('no running session is touched');
    await testbed.del(spur.ref, spurRouter.ref);
    await testbed.gone([spur.ref, spurRouter.ref]);
    await testbed.ready(refs);
  });

  it('replace one container at a time, each with its sessions back before the next', async () => {
    const more = routers({ resources: { memory: '256Mi' } });
    const said = await diff(more);
    expect(said.exitCode, said.stderr).toBe(1);
    expect(said.stdout).toContain('router/r2 is replaced: memory no limit → 256Mi');
    expect(said.stdout).toMatch(
      /r1 – r2 \([0-9.]+–\d+\): reset, because the container of r1 is replaced \(resources\)/,
    );
    const { sessions } = JSON.parse((await diff(more, '-o', 'json')).stdout) as {
      sessions: readonly { fate: string }[];
    };
    expect(sessions.map(({ fate }) => fate)).toEqual(['reset', 'reset']);

    const mark = await (await testbed.events()).mark();
    const began = performance.now();
    await apply(more);
    const waiting = testbed.condition(router('r3'), 'Reconciling', {
      status: 'True',
      reason: 'WaitingForTurn',
      message: /^Waiting for r1 to come back/,
    });
    const begun = await watchRollout();
    await waiting;
    measured(
      `three routers were replaced one by one in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    expect([...begun].map(([name, peers]) => `${name} ${String(peers.length)}`)).toEqual([
      'r1 1',
      'r2 2',
      'r3 1',
    ]);
    expect(await turns(mark)).toEqual(NAMES.flatMap((name) => [`${name} die`, `${name} start`]));
    await testbed.ready(refs);
    expect([await updates(first, 'done'), await updates(first, 'failed')]).toEqual([NAMES.length, 0]);
    const planned = (await events('router/r2')).find(({ reason }) => reason === 'Planned');
    expect(planned?.message).toMatch(/^2 sessions are touched: r1 – r2 .*; r2 – r3 /);
  });

  it('go on one at a time when the operator dies in the middle', async () => {
    const mark = await (await testbed.events()).mark();
    await apply(routers({ resources: { memory: '300Mi' } }));
    await eventually(async () => expect((await status('r1'))?.replacement).toBeDefined(), {
      timeoutMs: 60_000,
      intervalMs: 50,
      message: 'r1 is being replaced',
    });
    await testbed.operators.at(-1)?.kill();
    await testbed.start('second');
    await watchRollout();
    expect(await turns(mark)).toEqual(NAMES.flatMap((name) => [`${name} die`, `${name} start`]));
    await testbed.ready(refs);
  });

  it('stop at a router that does not come back, go on without it when it is frozen, and with it when it is mended', async () => {
    const { container } = (await status('r2')) ?? {};
    const lost = document('Router', 'r1', { image: 'hinge/nowhere:1', resources: { memory: '300Mi' } });
    await apply([lost, document('Router', 'r2', { resources: { memory: '200Mi' } })]);
    await testbed.condition(router('r1'), 'Running', { status: 'False' });
    const waits = { status: 'False', message: /^Waiting for r1 to come back/ } as const;
    await testbed.condition(router('r2'), 'Ready', waits);

    // Five minutes later: the next operator finds when it began in the status.
    await testbed.operators.at(-1)?.kill();
    const began = await status('r1');
    const since = new Date(Date.now() - 6 * 60_000).toISOString();
    expect(began?.replacement).toBeDefined();
    const late = { ...began, replacement: { ...began?.replacement, since } };
    await testbed.store.put(testbed.keys.statusOf(router('r1')), JSON.stringify(late));
    await testbed.start('third');
    await testbed.condition(router('r2'), 'Stalled', {
      status: 'True',
      reason: 'RolloutStopped',
      message: /^r1 did not come back within 5 min/,
    });
    expect((await status('r2'))?.container).toBe(container);

    const value = JSON.parse(lost.text) as { metadata: object };
    Object.assign(value.metadata, { annotations: { 'hinge.testbed/reconcile': 'disabled' } });
    await testbed.put({ ref: lost.ref, text: JSON.stringify(value) });
    await eventually(
      async () => {
        const now = await status('r2');
        expect(now?.container).toBeDefined();
        expect(now?.container).not.toBe(container);
        expect(now?.replacement).toBeUndefined();
      },
      { timeoutMs: 60_000, message: 'r2 was replaced without waiting for r1' },
    );

    await testbed.put(document('Router', 'r1', { resources: { memory: '300Mi' } }));
    await testbed.ready(refs);
  });
});

const isReady = (status: RouterStatus | undefined): boolean =>
  status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
