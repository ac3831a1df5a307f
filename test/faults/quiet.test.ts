import { describe, expect } from 'vitest';
import type { ExperimentStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import { useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

/** Minutes without anything to do. */
const MINUTES = Number(process.env['HINGE_FAULTS_IDLE'] ?? 10);
/** Each leads for so long. */
const TERM_MS = Math.min(MINUTES / 3, 1) * 60_000;
const BOUND_MS = MINUTES * 60_000 + 240_000;

/** Docker calls that change something, as /metrics names them. */
const CHANGING =
  /^(network\.(create|remove|connect|disconnect)|service\.(create|update|remove)|container\.(create|start|remove)|config\.(create|update|remove))$/;

describe('nothing to do', () => {
  const testbed = useTestbed('/quiet', { HINGE_RESYNC: '5s', HINGE_PROOF_INTERVAL: '5s' });
  const row = new ThreeRouters(testbed, 'quiet');

  slow(
    'row 26: nothing is written for as long as nothing is to be done, whoever leads',
    async () => {
      const events = await testbed.events();
      let leader = await testbed.start('first');
      await row.put();
      await row.whole();
      await lossCounted();
      let standby = await testbed.spawn('stand-by');
      await standby.serving();
      const before = await testbed.snapshot();
      const mark = await events.mark();
      const since = performance.now();
      const calls = [await changes(leader)];
      let terms = 1;
      while (performance.now() - since < MINUTES * 60_000) {
        await passed(TERM_MS);
        await looked(leader);
        calls.push(await changes(leader));
        const [exitCode] = await Promise.all([leader.stop(), standby.leading()]);
        expect(exitCode).toBe(0);
        leader = standby;
        standby = await testbed.spawn(`stand-by ${String(terms)}`);
        await standby.serving();
        terms += 1;
      }
      await looked(leader);
      expect(await events.writesSince(mark)).toEqual([]);
      expectNothingWritten(before, await testbed.snapshot());
      expect(await changes(leader)).toBe(0);
      // The first has built it all, and changed nothing since; the others never did.
      expect(calls.slice(2)).toEqual(calls.slice(2).map(() => 0));
      expect(calls[1]).toBe(calls[0]);
      const minutes = ((performance.now() - since) / 60_000).toFixed(1);
      const note = `no write to Docker, none to etcd but the leader's key, under ${String(terms)} leaders`;
      recovery('26', `${minutes} minutes with nothing to do`, undefined, note);
    },
    BOUND_MS,
  );

  /** Waits for the last of what becomes known of a connection: it is counted once packets have passed for a while. */
  async function lossCounted(): Promise<void> {
    const lost = async (): Promise<unknown> => {
      const status = (await testbed.status({ kind: 'Experiment', name: row.name })) as
        ExperimentStatus | undefined;
      return status?.connections?.map(({ lossPercent }) => lossPercent);
    };
    await expect.poll(lost, { timeout: 60_000 }).toEqual([0]);
  }

  /** Waits until the leader has read and proven everything. */
  async function looked(leader: OperatorProcess): Promise<void> {
    await expect
      .poll(() => leader.metric('hinge_path_proven', { path: 'quiet' }), { timeout: 60_000 })
      .toBe(1);
    await expect
      .poll(() => leader.metric('hinge_bgp_sessions', { state: 'Established' }), { timeout: 60_000 })
      .toBe(4);
    await leader.idle();
  }
});

/** What an operator has asked engines to change, ever. */
async function changes(operator: OperatorProcess): Promise<number> {
  const samples = await operator.metrics();
  return samples
    .filter(
      ({ name, labels }) => name === 'hinge_docker_requests_total' && CHANGING.test(labels['call'] ?? ''),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Lets time pass: here it is what is tested. */
async function passed(ms: number): Promise<void> {
  const since = performance.now();
  const over = (): void => expect(performance.now() - since).toBeGreaterThan(ms);
  await eventually(over, {
    timeoutMs: ms + 10_000,
    intervalMs: 100,
    message: `${String(ms)} ms have passed`,
  });
}
