import { expect } from 'vitest';
import type { ExperimentStatus, PathStatus } from '../../src/api/status.ts';
import { eventually } from './eventually.ts';
import { footingOf } from './footing.ts';
import { traceroute } from './frr.ts';
import { type Document, experiment, measured, pathRef, type Testbed } from './testbed.ts';
import { Traffic } from './traffic.ts';

const BOUND_MS = 60_000;
/** Packets sent while a connection moves from one Path to the next, 100 each second. */
const PACKETS = 200;

/** There and back. */
type Ways = readonly [readonly string[], readonly string[]];

/** The Experiment of an example that has one, with its connections on another Path. */
export function movedTo(path: string, documents: readonly Document[]): Document {
  const written = documents.find(({ ref }) => ref.kind === 'Experiment');
  if (written === undefined) throw new Error('the example has no Experiment');
  return { ...written, text: written.text.replaceAll(/path: [\w-]+/g, `path: ${path}`) };
}

/** A connection of an Experiment that has no other, and is moved from Path to Path. */
export class Crossing {
  readonly #testbed: Testbed;
  readonly #name: string;

  /** @param name of the Experiment. */
  constructor(testbed: Testbed, name: string) {
    this.#testbed = testbed;
    this.#name = name;
  }

  /** Until hinge has proven that packets take a Path. @returns seconds */
  async #proven(path: string): Promise<number> {
    const began = performance.now();
    const look = async (): Promise<void> => {
      const status = (await this.#testbed.status(experiment(this.#name))) as ExperimentStatus | undefined;
      expect(status?.connections?.map((connection) => connection.path)).toEqual([path]);
      const condition = status?.conditions.find(({ type }) => type === 'Proven');
      expect(condition, condition?.message).toMatchObject({ status: 'True' });
    };
    await eventually(look, { timeoutMs: BOUND_MS, intervalMs: 50, message: `${path} is proven` });
    return (performance.now() - began) / 1000;
  }

  /**
   * Moves it to a Path while packets are sent, until that is proven. No session is touched.
   * @returns the addresses by which packets then enter the routers after the first, there and back, as the hosts' own traceroute says.
   */
  async move(changed: Document, path: string, from: string, to: string): Promise<Ways> {
    const before = await footingOf(this.#testbed);
    const lost = new Traffic(this.#testbed, `${this.#name}/${from}`, `${this.#name}/${to}`).losses(PACKETS);
    await this.#testbed.put(changed);
    const seconds = await this.#proven(path);
    const taken = [await this.#routersOn(from, to), await this.#routersOn(to, from)] as const;
    const { links = [] } = (await this.#testbed.status(pathRef(path))) as PathStatus;
    const via = [links[0]?.between[0] ?? '', ...links.map(({ between }) => between[1])];
    measured(
      `${path} (${via.join(' ')}): proven ${seconds.toFixed(1)} s after put, ${String(await lost)} of ${String(PACKETS)} packets lost`,
    );
    expect(await footingOf(this.#testbed)).toEqual(before);
    return taken;
  }

  /** The same addresses, as the Path's status has them. */
  async along(path: string): Promise<Ways> {
    const { links = [] } = (await this.#testbed.status(pathRef(path))) as PathStatus;
    return [
      links.map(({ addresses }) => addresses[1]),
      links.map(({ addresses }) => addresses[0]).toReversed(),
    ];
  }

  /** Addresses by which packets enter the routers after the first. */
  async #routersOn(from: string, to: string): Promise<readonly string[]> {
    const address = await new Traffic(
      this.#testbed,
      `${this.#name}/${from}`,
      `${this.#name}/${to}`,
    ).address();
    const host = await this.#testbed.container(`host/${this.#name}/${from}`);
    return (await traceroute(host, address)).slice(1, -1);
  }
}
