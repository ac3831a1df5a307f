import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { traceroute } from './frr.ts';
import type { Testbed } from './testbed.ts';

/** Between two looks at traffic that has stopped. */
const AGAIN_MS = 100;

/** Packets of one `ping`, 10 ms apart. */
const ROUND = 200;

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
    return traceroute(from, await this.address());
  }

  /**
   * Waits until packets are answered and take these hops again. @param since monotonic ms of the fault
   * @returns seconds since the fault
   */
  async recovered(hops: readonly string[], since: number, timeoutMs: number): Promise<number> {
    const target = hops.at(-1) ?? '';
    const back = async (): Promise<void> => {
      if (!(await this.#answered(target))) throw new Error(`${target} does not answer`);
      expect(await this.hops()).toEqual(hops);
    };
    const message = `${this.#from} reaches ${target} over ${hops.join(' ')}`;
    await eventually(back, { timeoutMs, intervalMs: AGAIN_MS, message });
    return (performance.now() - since) / 1000;
  }

  /** Waits until a packet is lost. */
  async lost(timeoutMs: number): Promise<void> {
    const target = await this.address();
    const silent = async (): Promise<void> => expect(await this.#answered(target)).toBe(false);
    await eventually(silent, { timeoutMs, intervalMs: AGAIN_MS, message: `${target} answers no more` });
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
      await this.address(),
    );
    const [, sent = '', received = ''] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
    return Number(sent) - Number(received);
  }

  /** Sends packets without a pause until so many ms have passed. @returns how many were sent, and how many not answered */
  async lossesFor(ms: number): Promise<{ readonly sent: number; readonly lost: number }> {
    const until = performance.now() + ms;
    let [sent, lost] = [0, 0];
    while (performance.now() < until) {
      lost += await this.losses(ROUND);
      sent += ROUND;
    }
    return { sent, lost };
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

  /** Of the far host, as its container has it. */
  async address(): Promise<string> {
    const container = await this.#testbed.container(this.#to);
    const text = await container.run('ip', '-4', '-oneline', 'address', 'show', 'scope', 'global');
    const [, address] = /inet ([0-9.]+)\//.exec(text) ?? [];
    if (address === undefined) throw new Error(`${this.#to} has no address`);
    return address;
  }
}
