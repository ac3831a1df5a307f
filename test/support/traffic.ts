import { setTimeout as delay } from 'node:timers/promises';
import { Container } from './containers.ts';
import { traceroute } from './frr.ts';
import type { Testbed } from './testbed.ts';

/** Between two looks at traffic that has stopped. */
const AGAIN_MS = 100;

/** Packets between two hosts of an experiment, as a test sends them itself: without hinge, from inside their containers. */
export class Traffic {
  readonly #testbed: Testbed;
  readonly #from: string;
  readonly #to: string;

  /** @param from and @param to hosts, as `experiment/host`; their addresses are the ones that they have now. */
  constructor(testbed: Testbed, from: string, to: string) {
    this.#testbed = testbed;
    this.#from = `host/${from}`;
    this.#to = `host/${to}`;
  }

  /** The routers' addresses that packets pass, in order, and the far host's. */
  async hops(): Promise<readonly string[]> {
    const from = await this.#testbed.container(this.#from);
    return traceroute(from, await this.#address());
  }

  /**
   * Waits until packets are answered and take these hops again. @param since monotonic ms of the fault
   * @returns seconds since the fault
   */
  async recovered(hops: readonly string[], since: number, timeoutMs: number): Promise<number> {
    const target = hops.at(-1) ?? '';
    for (;;) {
      if ((await this.#answered(target)) && String(await this.hops().catch(() => [])) === String(hops))
        return (performance.now() - since) / 1000;
      if (performance.now() - since > timeoutMs)
        throw new Error(
          `${this.#from} does not reach ${target} over ${hops.join(' ')} within ${String(timeoutMs)} ms`,
        );
      await delay(AGAIN_MS);
    }
  }

  /** Waits until a packet is lost. */
  async lost(timeoutMs: number): Promise<void> {
    const began = performance.now();
    const target = await this.#address();
    while (await this.#answered(target)) {
      if (performance.now() - began > timeoutMs)
        throw new Error(`${target} still answers after ${String(timeoutMs)} ms`);
    }
  }

  /** Sends so many packets, one each 10 ms. @returns how many were not answered */
  async losses(count: number): Promise<number> {
    const from = await this.#testbed.container(this.#from);
    const text = await from.run(
      'ping',
      '-q',
      '-n',
      '-i',
      '0.01',
      '-c',
      String(count),
      '-W',
      '2',
      await this.#address(),
    );
    const [, sent = '', received = ''] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
    return Number(sent) - Number(received);
  }

  async #answered(target: string): Promise<boolean> {
    try {
      const from = await this.#testbed.container(this.#from);
      await from.run('ping', '-q', '-n', '-c', '1', '-W', '1', target);
      return true;
    } catch {
      return false;
    }
  }

  async #address(): Promise<string> {
    const container: Container = await this.#testbed.container(this.#to);
    const text = await container.run('ip', '-4', '-oneline', 'address', 'show', 'scope', 'global');
    const [, address] = /inet ([0-9.]+)\//.exec(text) ?? [];
    if (address === undefined) throw new Error(`${this.#to} has no address`);
    return address;
  }
}
