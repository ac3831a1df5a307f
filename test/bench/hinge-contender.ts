import type { Lab } from '../../deploy/lab/lab.ts';
import { LabOperator } from '../../deploy/lab/operator.ts';
import { waitFor } from '../../deploy/lab/wait.ts';
import type { Keys } from '../../src/api/keys.ts';
import type { Status } from '../../src/api/status.ts';
import { parseMetrics } from '../support/metric-samples.ts';
import type { Built, Contender, Cost, DockerCalls } from './contender.ts';
import { Gateway } from './gateway.ts';
import type { WrittenKey } from './plan.ts';
import { type Usage, usageOf } from './usage.ts';
import { wallMs } from './wall.ts';

const BUILD_MS = 300_000;
const GONE_MS = 180_000;
/** Docker calls that change something, as /metrics names them. */
const CHANGING =
  /^(network\.(create|remove|connect|disconnect)|service\.(create|update|remove)|config\.(create|update|remove)|container\.(create|start|remove)|exec\.\w+)$/;

/** The operator, given the objects as a user would: one put after the other. */
export class HingeContender implements Contender {
  readonly name = 'hinge';
  readonly #lab: Lab;
  readonly #keys: Keys;
  readonly #written: readonly WrittenKey[];
  readonly #operator: LabOperator;
  readonly #etcd: Gateway;
  readonly #env: Readonly<Record<string, string>>;
  #before: { readonly usage: Usage; readonly docker: DockerCalls; readonly revision: number } | undefined;

  /** @param env for the operator, besides the lab's. */
  constructor(
    lab: Lab,
    keys: Keys,
    written: readonly WrittenKey[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#lab = lab;
    this.#keys = keys;
    this.#written = written;
    this.#operator = new LabOperator(lab);
    this.#etcd = new Gateway(lab.etcdEndpoint);
    this.#env = env;
  }

  async prepare(): Promise<void> {
    await this.#operator.start(this.#lab, undefined, {
      HINGE_PREFIX: this.#keys.prefix,
      HINGE_DELETION_GUARD: 'off', // everything is taken apart at once
      ...this.#env,
    });
    await waitFor('the operator to have nothing to do', () => this.#isIdle(), { within: 30_000 });
    this.#before = {
      usage: this.#usage(),
      docker: await this.#dockerCalls(),
      revision: await this.#etcd.revision(),
    };
  }

  async build(): Promise<Built> {
    const stop = new AbortController();
    const ready = new Map<string, number>();
    const experiments = `${this.#keys.status}experiments/`;
    await this.#etcd.watch(this.#keys.status, stop.signal, (key, value) => {
      if (!isReady(value)) ready.delete(key);
      else if (!ready.has(key)) ready.set(key, wallMs());
    });
    try {
      const began = wallMs();
      for (const { key, value } of this.#written) await this.#etcd.put(key, value);
      await waitFor(
        'every object to be Ready',
        () => (ready.size === this.#written.length ? true : undefined),
        { within: BUILD_MS, explain: () => `${String(ready.size)} are` },
      );
      const proven = [...ready].filter(([key]) => key.startsWith(experiments)).map(([, at]) => at);
      return { began, proven: Math.max(...proven), ready: Math.max(...ready.values()) };
    } finally {
      stop.abort();
    }
  }

  async cost(): Promise<Cost> {
    const before = this.#before;
    if (before === undefined) throw new Error('not prepared');
    const [usage, docker, revision] = [this.#usage(), await this.#dockerCalls(), await this.#etcd.revision()];
    return {
      usage: { ...usage, cpuSeconds: usage.cpuSeconds - before.usage.cpuSeconds },
      docker: {
        writes: docker.writes - before.docker.writes,
        reads: docker.reads - before.docker.reads,
      },
      etcdWrites: revision - before.revision - this.#written.length,
    };
  }

  async takeApart(): Promise<void> {
    await this.#etcd.deletePrefix(this.#keys.desired);
    const left = async (): Promise<number> =>
      (await this.#etcd.count(this.#keys.status)) + (await this.#etcd.count(this.#keys.accepted));
    await waitFor('every status to be gone', async () => ((await left()) === 0 ? true : undefined), {
      within: GONE_MS,
    });
  }

  async close(): Promise<void> {
    await this.#operator.stop();
  }

  #usage(): Usage {
    const { pid } = this.#operator;
    if (pid === undefined) throw new Error('the operator has ended');
    return usageOf(pid);
  }

  async #metrics() {
    const reply = await fetch(`${this.#operator.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
    return parseMetrics(await reply.text());
  }

  async #isIdle(): Promise<true | undefined> {
    const samples = await this.#metrics();
    const working = /^(workqueue_depth|controller_runtime_active_workers)$/;
    return samples.some(({ name, value }) => value > 0 && working.test(name)) ? undefined : true;
  }

  async #dockerCalls(): Promise<DockerCalls> {
    const calls = (await this.#metrics()).filter(({ name }) => name === 'hinge_docker_requests_total');
    const sum = (writes: boolean): number =>
      calls
        .filter(({ labels }) => CHANGING.test(labels['call'] ?? '') === writes)
        .reduce((total, { value }) => total + value, 0);
    return { writes: sum(true), reads: sum(false) };
  }
}

function isReady(value: string): boolean {
  if (value === '') return false;
  const { conditions } = JSON.parse(value) as Status;
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
