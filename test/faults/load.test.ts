import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { document, type Document, useTestbed } from '../support/testbed.ts';

const MANY = 1000;
/** `HINGE_CONCURRENCY`: how many keys of one kind are worked on at a time, at most. */
const CONCURRENCY = 8;
/** Paths and Experiments mostly wait for packets: so many of them are looked at at a time besides. */
const PROOFS = 32;
/** Intake and sweep have a place of their own. */
const OTHERS = 2;
const BOUND_MS = 250_000;

const number = (index: number): string => String(index).padStart(4, '0');

describe('many writes at once', () => {
  const testbed = useTestbed('/load', { HINGE_CONCURRENCY: String(CONCURRENCY) });
  const edge = document('Router', 'load-edge');
  /** They cost no container: a third are suspended, a third name what is not there, a third are none at all. */
  const crowd = Array.from({ length: MANY }, (_, index): Document => {
    const name = `crowd-${number(index)}`;
    const spec = { suspend: true, hosts: [{ name: 'x', router: index % 3 === 0 ? 'load-edge' : 'nowhere' }] };
    const made = document('Experiment', name, spec);
    return index % 3 === 2 ? { ...made, text: made.text.slice(0, -7) } : made;
  });
  const valid = [
    document('Router', 'load-a'),
    document('Router', 'load-b'),
    document('Path', 'load', { via: ['load-a', 'load-b'] }),
  ];
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await testbed.put(edge);
    await testbed.ready([edge.ref]);
    await operator.idle();
  });

  it('row 11: 1,000 objects written at once, and valid ones among them', async () => {
    const half = MANY / 2;
    const everything = [...crowd.slice(0, half), ...valid, ...crowd.slice(half)];
    const memory = (): Promise<number> => operator.metric('process_resident_memory_bytes');
    const before = await memory();
    let most = 0;
    let depth = 0;
    let workers = 0;
    const watch = async (): Promise<void> => {
      const samples = await operator.metrics();
      const values = (metric: string): readonly number[] =>
        samples.filter(({ name }) => name === metric).map(({ value }) => value);
      most = Math.max(most, ...values('process_resident_memory_bytes'));
      depth = Math.max(depth, ...values('workqueue_depth'));
      workers = Math.max(
        workers,
        values('controller_runtime_active_workers').reduce((sum, value) => sum + value, 0),
      );
    };
    const since = performance.now();
    await testbed.store.putAll(everything.map(({ ref, text }) => [testbed.keys.desiredOf(ref), text]));
    const written = (performance.now() - since) / 1000;
    let served = 0;
    const settled = async (): Promise<void> => {
      await watch();
      const statuses = await testbed.statuses();
      const reasons = (kind: string, name: string): string | undefined =>
        statuses.get(`${kind}/${name}`)?.conditions.find(({ type }) => type === 'Ready')?.reason;
      const open = crowd.filter(({ ref }, index) => reasons(ref.kind, ref.name) !== WANTED[index % 3]);
      const ready = valid.every(({ ref }) => reasons(ref.kind, ref.name) === 'Ready');
      if (ready && served === 0) served = (performance.now() - since) / 1000;
      expect({ ready, open: open.length, first: open[0]?.ref.name }).toMatchObject({ ready: true, open: 0 });
    };
    await eventually(settled, { timeoutMs: BOUND_MS, intervalMs: 200, message: 'every status has settled' });
    const seconds = (performance.now() - since) / 1000;
    await operator.idle();
    const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    const note =
      `etcd took them in ${written.toFixed(1)} s, the valid ones were Ready after ${served.toFixed(1)} s; ` +
      `at most ${String(workers)} at a time, ${String(depth)} queued, ${megabytes(before)} to ${megabytes(most)} MiB`;
    recovery('11', '1,000 objects written at once', seconds, note);
    expect(workers).toBeLessThanOrEqual(CONCURRENCY + PROOFS + OTHERS);
    expect(most - before).toBeLessThan(300 * 2 ** 20);
  });
});

/** Reasons of Ready: suspended, naming a Router that is not there, no JSON. */
const WANTED = ['Suspended', 'RouterNotFound', 'Invalid'];
