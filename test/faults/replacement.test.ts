import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Rollout } from '../support/rollout.ts';
import { allRows } from '../support/slow.ts';
import { document, router, useTestbed } from '../support/testbed.ts';

describe.runIf(allRows)('routers that are replaced one at a time', () => {
  const testbed = useTestbed('/replaced');
  const rollout = new Rollout(testbed);

  beforeAll(async () => {
    await testbed.start();
    await testbed.put(...rollout.routers(), rollout.chain);
    await testbed.ready(rollout.refs);
  });

  it('go on one at a time when the operator dies in the middle', async () => {
    const mark = await (await testbed.events()).mark();
    await rollout.apply(rollout.routers({ resources: { memory: '300Mi' } }));
    await eventually(async () => expect((await rollout.status('r1'))?.replacement).toBeDefined(), {
      timeoutMs: 60_000,
      intervalMs: 50,
      message: 'r1 is being replaced',
    });
    await testbed.operators.at(-1)?.kill();
    await testbed.start('second');
    await rollout.watch();
    expect(await rollout.turns(mark)).toEqual(
      rollout.names.flatMap((name) => [`${name} die`, `${name} start`]),
    );
    await testbed.ready(rollout.refs);
  });

  it('stop at a router that does not come back, go on without it when it is frozen, and with it when it is mended', async () => {
    const { container } = (await rollout.status('r2')) ?? {};
    // An image that is there, and that nothing can be started from.
    const lost = document('Router', 'r1', { image: 'hinge/base:1', resources: { memory: '300Mi' } });
    await rollout.apply([lost, document('Router', 'r2', { resources: { memory: '200Mi' } })]);
    await testbed.condition(router('r1'), 'Running', { status: 'False' });
    const waits = { status: 'False', message: /^Waiting for r1 to come back/ } as const;
    await testbed.condition(router('r2'), 'Ready', waits);

    // Five minutes later: the next operator finds when it began in the status.
    await testbed.operators.at(-1)?.kill();
    const began = await rollout.status('r1');
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
    expect((await rollout.status('r2'))?.container).toBe(container);

    const value = JSON.parse(lost.text) as { metadata: object };
    Object.assign(value.metadata, { annotations: { 'hinge.testbed/reconcile': 'disabled' } });
    await testbed.put({ ref: lost.ref, text: JSON.stringify(value) });
    await eventually(
      async () => {
        const now = await rollout.status('r2');
        expect(now?.container).toBeDefined();
        expect(now?.container).not.toBe(container);
        expect(now?.replacement).toBeUndefined();
      },
      { timeoutMs: 60_000, message: 'r2 was replaced without waiting for r1' },
    );

    await testbed.put(document('Router', 'r1', { resources: { memory: '300Mi' } }));
    await testbed.ready(rollout.refs);
  });
});
