import { beforeAll, describe, expect, it } from 'vitest';
import type { EventRecord } from '../../src/api/status.ts';
import { hinge, type OperatorProcess } from '../support/operator.ts';
import { Rollout, textOf } from '../support/rollout.ts';
import { type Document, document, measured, router, useTestbed } from '../support/testbed.ts';

const spur = document('Path', 'spur', { via: ['r3', 'r4'] });
const spurRouter = document('Router', 'r4');

describe('changes to routers that run', () => {
  const testbed = useTestbed('/rolling');
  const rollout = new Rollout(testbed);
  const { names, chain, refs } = rollout;

  const diff = (documents: readonly Document[], ...args: readonly string[]): ReturnType<typeof hinge> =>
    hinge(testbed.env, ['diff', '-f', '-', ...args], textOf(documents));

  /** Since when each session of a router is up, by peer. */
  const established = async (name: string): Promise<ReadonlyMap<string, string | undefined>> =>
    new Map((await rollout.status(name))?.sessions?.map(({ peer, establishedAt }) => [peer, establishedAt]));

  /** What `hinge events` has for an object. */
  const events = async (name: string): Promise<readonly EventRecord[]> => {
    const { stdout } = await hinge(testbed.env, ['events', name, '-o', 'json']);
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as EventRecord);
  };

  /** Updates of services that the operator has made. */
  const updates = (operator: OperatorProcess, outcome: 'done' | 'failed'): Promise<number> =>
    operator.metric('hinge_actions_total', { type: 'update-service', outcome });

  let first: OperatorProcess;

  beforeAll(async () => {
    first = await testbed.start();
    await testbed.put(...rollout.routers(), chain);
    await testbed.ready(refs);
  });

  it('are none when the files say what is there', async () => {
    const { exitCode, stdout, stderr } = await diff([...rollout.routers(), chain]);
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
    const before = await Promise.all(names.map(established));
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
    const after = await Promise.all(names.map(established));
    for (const [at, sessions] of before.entries())
      for (const [peer, since] of sessions) expect(after[at]?.get(peer), peer).toBe(since);
    const planned = (await events('path/spur')).find(({ reason }) => reason === 'Planned');
    expect(planned?.message).toBe('no running session is touched');
    await testbed.del(spur.ref, spurRouter.ref);
    await testbed.gone([spur.ref, spurRouter.ref]);
    await testbed.ready(refs);
  });

  it('replace one container at a time, each with its sessions back before the next', async () => {
    const more = rollout.routers({ resources: { memory: '256Mi' } });
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
    await rollout.apply(more);
    const waiting = testbed.condition(router('r3'), 'Reconciling', {
      status: 'True',
      reason: 'WaitingForTurn',
      message: /^Waiting for r1 to come back/,
    });
    const begun = await rollout.watch();
    await waiting;
    measured(
      `three routers were replaced one by one in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    expect([...begun].map(([name, peers]) => `${name} ${String(peers.length)}`)).toEqual([
      'r1 1',
      'r2 2',
      'r3 1',
    ]);
    expect(await rollout.turns(mark)).toEqual(names.flatMap((name) => [`${name} die`, `${name} start`]));
    await testbed.ready(refs);
    expect([await updates(first, 'done'), await updates(first, 'failed')]).toEqual([names.length, 0]);
    const planned = (await events('router/r2')).find(({ reason }) => reason === 'Planned');
    expect(planned?.message).toMatch(/^2 sessions are touched: r1 – r2 .*; r2 – r3 /);
  });
});
