import { describeAction, type UnitDiff, waiting as waitingFor } from '../core/diff/action.ts';
import { attachmentOf } from '../core/diff/attachment.ts';
import { diffHelper } from '../core/diff/helper.ts';
import { diffNetwork } from '../core/diff/network.ts';
import { diffWorkload } from '../core/diff/workload.ts';
import type { Context, Unit } from './context.ts';

/** A difference that is still the same after this many ms is handed to its controller again. */
const INSIST_MS = 10_000;

interface Seen {
  readonly fingerprint: string;
  readonly at: number;
}

/**
 * Looks at everything at once, after any hint: reads what may have changed, compares it with the plan, and hands every unit that differs, or
 * about which something new is to be said, to its controller. So no event needs to say what it means, and none is missed.
 */
export class Sweep {
  readonly #context: Context;
  #seen = new Map<string, Seen>();
  #lingering: ReadonlySet<string> | undefined;
  readonly #intake: () => void;

  /** @param intake asks for a new plan: what lingers has changed. */
  constructor(context: Context, intake: () => void) {
    this.#context = context;
    this.#intake = intake;
  }

  async run(): Promise<void> {
    const { networkFailures, observation, testbed, rollout } = this.#context;
    const index = await observation.refresh();
    if (!testbed.known) return;
    const { desired } = testbed;
    for (const key of networkFailures.keys()) if (!desired.networks.has(key)) networkFailures.delete(key);
    const seen = new Map<string, Seen>();
    for (const key of linksFirst(new Set([...desired.networks.keys(), ...index.networkKeys()]))) {
      const network = desired.networks.get(key);
      const diff = diffNetwork(key, network, index, desired.wanted);
      const plugged = network?.endpoints.map(
        ({ workload }) => attachmentOf(network, workload, index)?.endpoint.mac,
      );
      if (this.#changed(seen, `network ${key}`, diff, plugged)) {
        this.#handOver('network', key, diff);
        for (const { workload } of network?.endpoints ?? []) this.#workload(workload);
      }
    }
    const waiting = rollout.waiting();
    for (const key of new Set([...desired.workloads.keys(), ...index.workloadKeys()])) {
      const turn = waiting.get(key);
      const diff =
        turn === undefined
          ? diffWorkload(key, desired.workloads.get(key), index)
          : waitingFor(turn.reason, turn.message);
      const placed = index.current(key);
      const inside = index.inside(key)?.container.id;
      const left = index.containers(key).length + index.routers(key).length;
      const facts = [placed?.node, placed?.container.id, inside, left];
      if (this.#changed(seen, `workload ${key}`, diff, facts)) this.#workload(key);
    }
    for (const node of index.nodes.keys()) {
      const diff = diffHelper(node, desired.wanted.size > 0, index);
      if (this.#changed(seen, `helper ${node}`, diff, undefined)) this.#handOver('helper', node, diff);
    }
    this.#seen = seen;
    this.#noticeLingering();
  }

  /** Remembers what is to be said of a unit. @returns whether its controller must look. */
  #changed(seen: Map<string, Seen>, unit: string, diff: UnitDiff, facts: unknown): boolean {
    const actions = diff.sequences.map((sequence) => sequence.map(describeAction));
    const fingerprint = JSON.stringify([actions, diff.waits, facts]);
    const now = this.#context.clock.monotonicMs();
    const before = this.#seen.get(unit);
    if (this.#context.busy.has(unit)) {
      if (before !== undefined) seen.set(unit, before);
      return false; // looked at again when its actions have been done: they report, and that asks for a sweep
    }
    const open = diff.sequences.length > 0;
    const same = before?.fingerprint === fingerprint && !(open && now - before.at >= INSIST_MS);
    seen.set(unit, same ? before : { fingerprint, at: now });
    return !same;
  }

  #handOver(unit: Unit, key: string, diff: UnitDiff): void {
    if (diff.sequences.length > 0) this.#context.enqueue(unit, key);
  }

  /** Whoever speaks for a workload: the router's controller and its Paths, or the experiment's. */
  #workload(key: string): void {
    const { enqueue, testbed } = this.#context;
    const [type, name = ''] = key.split('/');
    if (type !== 'router') {
      enqueue('experiment', name);
      return;
    }
    enqueue('router', name);
    for (const path of testbed.desired.pathsOf(name)) {
      enqueue('path', path);
      for (const experiment of testbed.desired.experimentsOf(path)) enqueue('experiment', experiment);
    }
  }

  /** What is gone frees records and claims: only then a new plan has something to do. */
  #noticeLingering(): void {
    const lingering = this.#context.observation.latest.lingering();
    if (lingering === undefined) {
      // What is let go meanwhile waits until this is known again, though nothing of it may be there then.
      this.#lingering = undefined;
      return;
    }
    const now = new Set([...lingering.keys, ...lingering.subnets]);
    const gone = this.#lingering === undefined || [...this.#lingering].some((key) => !now.has(key));
    this.#lingering = now;
    if (gone) this.#intake();
  }
}

/** A node's helper is plugged into one network after the other; a session needs a moment after its link, which the others may use. */
function linksFirst(keys: Iterable<string>): readonly string[] {
  const all = [...keys];
  const isLink = (key: string): boolean => key.startsWith('link/');
  return [...all.filter(isLink), ...all.filter((key) => !isLink(key))];
}
