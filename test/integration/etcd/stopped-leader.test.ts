import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { clock, connect, etcdForThisTest, forever, put } from './fixture.ts';

const TTL_SECONDS = 2;
const TARGET = '/p/target';

/** An operator in a process of its own that writes all the time. */
const startOperator = (endpoint: string) => {
  const script = fileURLToPath(new URL('leader-process.ts', import.meta.url));
  const args = ['--import', 'tsx', script, endpoint, '/p/leader', TARGET, String(TTL_SECONDS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const says = (line: string): Promise<void> =>
    eventually(() => expect(lines).toContain(line), {
      timeoutMs: 20_000,
      intervalMs: 10,
      message: `the operator says "${line}"`,
    });
  return { child, lines, says };
};

it('a leader that was stopped for three times its TTL does nothing when it wakes up', async () => {
  const etcd = await etcdForThisTest();
  const operator = startOperator(etcd.endpoint);
  await operator.says('written');

  const { store, elect } = connect({ endpoints: [etcd.endpoint] });
  const campaign = elect('/p/leader', TTL_SECONDS).campaign(forever);
  const stoppedAt = clock.monotonicMs();
  operator.child.kill('SIGSTOP');
  const term = await campaign;
  const tookOverMs = clock.monotonicMs() - stoppedAt;
  console.log(`stopped leader (TTL ${TTL_SECONDS} s) succeeded after ${tookOverMs.toFixed(0)} ms`);
  // etcd looks for expired leases twice a second.
  expect(tookOverMs).toBeLessThan(1.5 * TTL_SECONDS * 1000 + 1000);
  await store.commit([put('/p/mine', 'next')], { fence: term.fence });
  const left = await store.get(TARGET);
  await expect
    .poll(() => clock.monotonicMs() - stoppedAt, { timeout: 10_000 })
    .toBeGreaterThan(3 * TTL_SECONDS * 1000);

  operator.child.kill('SIGCONT');
  await operator.says('over');
  expect(await store.get(TARGET)).toEqual(left);
  expect(left?.modRevision).toBeLessThan(term.fence.createRevision);
  // One write was under way and found the fence, or none; after that it looks at the clock.
  const afterwards = operator.lines.slice(operator.lines.indexOf('written') + 1);
  expect(afterwards.filter((line) => line !== 'over' && line !== 'aborted').length).toBeLessThanOrEqual(1);
  expect(afterwards).toContain('aborted');
  expect(term.signal.aborted).toBe(false);
});

it('a leader that was killed is succeeded when its lease ends', async () => {
  const etcd = await etcdForThisTest();
  const operator = startOperator(etcd.endpoint);
  await operator.says('written');
  const { elect } = connect({ endpoints: [etcd.endpoint] });
  const campaign = elect('/p/leader', TTL_SECONDS).campaign(forever);
  const killedAt = clock.monotonicMs();
  operator.child.kill('SIGKILL');
  await campaign;
  expect(clock.monotonicMs() - killedAt).toBeLessThan(1.5 * TTL_SECONDS * 1000 + 1000);
});
