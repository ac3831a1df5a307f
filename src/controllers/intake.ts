import { bytesOf, chunksOf, MAX_OPERATIONS } from '../core/transaction.ts';
import { type Kind, KINDS, type ObjectRef, refText } from '../api/object.ts';
import { parseObject } from '../api/parse.ts';
import { type AcceptedRecord, encodeAccepted } from '../core/plan/accepted.ts';
import { type Allocation, allocationKey, encodeAllocation } from '../core/plan/allocation.ts';
import {
  intake,
  type Intake,
  type IntakeChanges,
  MAX_ROUNDS,
  unsettled,
  type WrittenObject,
} from '../core/plan/intake.ts';
import type { PlanSettings } from '../core/plan/settings.ts';
import {
  type Fence,
  type Guard,
  type ObjectStore,
  type StoredEntry,
  type Write,
} from '../ports/object-store.ts';
import type { Logger } from '../ports/logger.ts';
import { TerminalError } from '../runtime/terminal-error.ts';
import { announce } from './announce.ts';
import type { ClusterKey } from './cluster.ts';
import type { Context, Unit } from './context.ts';
import { DeletionWatch } from './deletion-watch.ts';
import type { Watermark } from './watermark.ts';

export interface IntakeDeps {
  readonly store: ObjectStore;
  readonly fence: Fence;
  readonly settings: PlanSettings;
  readonly cluster: ClusterKey;
  readonly watermark: Watermark;
  /** Ends the term: the store is another one, or older than it was. */
  readonly distrust: (why: string) => void;
  /** As DeletionGuard's. */
  readonly deletionShare: number | undefined;
  readonly accepted: ReadonlyMap<string, AcceptedRecord>;
  readonly allocations: ReadonlyMap<string, Allocation>;
}

const UNITS: Readonly<Record<Kind, Unit>> = { Router: 'router', Path: 'path', Experiment: 'experiment' };

/** From what users wrote to one agreed desired state: accepts objects, takes and frees their values, each change committed before it is acted on. */
export class IntakeLoop {
  readonly #context: Context;
  readonly #deps: IntakeDeps;
  readonly #parsed = new Map<string, { readonly revision: bigint; readonly written: WrittenObject }>();
  readonly #accepted: Map<string, AcceptedRecord>;
  readonly #allocations: Map<string, Allocation>;
  readonly #deletions: DeletionWatch;
  readonly #strays = new Map<string, bigint>();
  #said = new Map<string, string>();

  constructor(context: Context, deps: IntakeDeps) {
    this.#context = context;
    this.#deps = deps;
    this.#accepted = new Map(deps.accepted);
    this.#allocations = new Map(deps.allocations);
    this.#deletions = new DeletionWatch({ ...context, share: deps.deletionShare }, this.#accepted.values());
  }

  /** Whether anything is accepted. */
  get empty(): boolean {
    return this.#accepted.size === 0;
  }

  /** Reads everything that users wrote, and decides. */
  async run(logger: Logger): Promise<void> {
    const { keys, testbed } = this.#context;
    const { store } = this.#deps;
    const [{ revision, entries }, cluster] = await Promise.all([
      store.list(keys.desired),
      store.get(keys.cluster),
    ]);
    this.#assertTrusted(revision, cluster);
    this.#context.secrets.read((await store.list(keys.secrets)).entries);
    // Read after the objects: what was deleted with a confirmation is never seen without it.
    const confirmed = (await store.list(keys.confirmations)).entries;
    const written = this.#parse(entries, logger);
    const before = new Map(this.#accepted);
    const { decided, first } = await this.#settle(written, confirmed, logger);
    const changed = [...this.#accepted.values()].filter(
      ({ ref, generation }) => before.get(refText(ref))?.generation !== generation,
    );
    announce(this.#context.events, changed, first.desired, decided.desired);
    testbed.decided(decided, new Map(this.#accepted));
    this.#deletions.tell(decided.hold, this.#accepted, logger);
    await this.#removeStatuses(written);
    this.#enqueueChanged(decided, written);
  }

  /** @throws when the store is not the one any more that this term began with: the next term finds out more. */
  #assertTrusted(revision: bigint, entry: StoredEntry | undefined): void {
    const { watermark, cluster, distrust } = this.#deps;
    const why = !watermark.saw(revision)
      ? `etcd is at revision ${String(revision)} and was at ${String(watermark.revision)} before`
      : cluster.agrees(entry)
        ? undefined
        : `${this.#context.keys.cluster} is gone or has changed`;
    if (why === undefined) return;
    distrust(why);
    throw new TerminalError(`${why}; nothing is done before that is looked into`);
  }

  #parse(entries: readonly StoredEntry[], logger: Logger): readonly WrittenObject[] {
    const keys = new Set(entries.map((entry) => entry.key));
    for (const key of this.#parsed.keys()) if (!keys.has(key)) this.#parsed.delete(key);
    return entries.flatMap((entry) => {
      const known = this.#parsed.get(entry.key);
      if (known?.revision === entry.modRevision) return [known.written];
      const ref = this.#context.keys.refOf(entry.key);
      if (ref === undefined) {
        this.#stray(entry, logger);
        return [];
      }
      const written = parseEntry(entry, ref);
      this.#parsed.set(entry.key, { revision: entry.modRevision, written });
      return [written];
    });
  }

  /** A key below `desired/` that stands for no object has no status to say so in. */
  #stray(entry: StoredEntry, logger: Logger): void {
    if (this.#strays.get(entry.key) === entry.modRevision) return;
    this.#strays.set(entry.key, entry.modRevision);
    const plurals = Object.values(KINDS).map(({ plural }) => plural);
    const message = `key ${entry.key} is ignored: expected ${this.#context.keys.desired}<${plurals.join('|')}>/<name>`;
    logger.warn({ storeKey: entry.key }, 'ignoring a key that stands for no object');
    this.#context.events.warning({ kind: 'Testbed', name: 'desired' }, 'UnknownKey', message);
  }

  /** @returns the last round, which is settled, and the first, whose plan is that of what was accepted before. */
  async #settle(
    written: readonly WrittenObject[],
    confirmed: readonly StoredEntry[],
    logger: Logger,
  ): Promise<{ readonly decided: Intake; readonly first: Intake }> {
    const { settings, cluster } = this.#deps;
    const { keys } = this.#context;
    let left = confirmed;
    let first: Intake | undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const decided = intake({
        written,
        accepted: [...this.#accepted.values()],
        allocations: [...this.#allocations.values()],
        lingering: this.#context.observation.latest.lingering(),
        settings,
        secrets: this.#context.secrets,
        testbed: cluster.identity,
        guard: this.#deletions.guard(left),
      });
      first ??= decided;
      if (decided.settled) return { decided, first };
      const { accept, forget, take, release } = decided.changes;
      logger.info(
        { round, accept: accept.length, forget: forget.length, take: take.length, release: release.length },
        'taking in changes',
      );
      await this.#commit(decided.changes);
      const spent = new Set(decided.changes.spent.map(({ ref }) => keys.confirmationOf(ref)));
      left = left.filter(({ key }) => !spent.has(key));
    }
    throw unsettled();
  }

  /** Commits and remembers, chunk by chunk: whatever is committed is also remembered, so that an error in between costs nothing. */
  async #commit(changes: IntakeChanges): Promise<void> {
    const { keys, convergence } = this.#context;
    const { store, fence, cluster, watermark } = this.#deps;
    const steps: Step[] = [
      ...changes.release.map((claim): Step => {
        const key = allocationKey(claim);
        return {
          write: { type: 'delete', key: keys.allocations + key },
          done: () => this.#allocations.delete(key),
        };
      }),
      ...changes.take.map((claim): Step => {
        const key = allocationKey(claim);
        return {
          write: { type: 'put', key: keys.allocations + key, value: encodeAllocation(claim) },
          guard: { type: 'absent', key: keys.allocations + key },
          done: (createRevision) => this.#allocations.set(key, { ...claim, createRevision }),
        };
      }),
      ...changes.accept.map((record): Step => ({
        write: { type: 'put', key: keys.acceptedOf(record.ref), value: encodeAccepted(record) },
        done: () => {
          const before = this.#accepted.get(refText(record.ref));
          this.#accepted.set(refText(record.ref), record);
          this.#deletions.recorded(record);
          if (before?.generation !== record.generation) convergence.changed(record.ref);
        },
      })),
      ...changes.forget.map((ref): Step => ({
        write: { type: 'delete', key: keys.acceptedOf(ref) },
        done: () => this.#accepted.delete(refText(ref)),
      })),
      // Last, so that one is never gone before what it confirms is recorded.
      ...changes.spent.map(({ ref, modRevision }): Step => {
        const key = keys.confirmationOf(ref);
        return {
          write: { type: 'delete', key },
          guard: { type: 'unchanged', key, modRevision },
          done: () => undefined,
        };
      }),
    ];
    // One operation is left to the cluster key.
    for (const chunk of chunksOf(steps, sizeOf, MAX_OPERATIONS - 1)) {
      const touch = cluster.touch();
      const { revision } = await store.commit([...chunk.map(({ write }) => write), touch.write], {
        fence,
        guards: [...chunk.flatMap(({ guard }) => guard ?? []), touch.guard],
      });
      cluster.touched(revision);
      watermark.saw(revision);
      for (const { done } of chunk) done(revision);
    }
  }

  /** An object that is neither written nor accepted any more has no status. */
  async #removeStatuses(written: readonly WrittenObject[]): Promise<void> {
    const { statuses, convergence, events } = this.#context;
    const there = new Set([...written.map(({ ref }) => refText(ref)), ...this.#accepted.keys()]);
    const gone = statuses.refs().filter((ref) => !there.has(refText(ref)));
    await Promise.all(gone.map((ref) => statuses.remove(ref)));
    for (const ref of gone) {
      convergence.gone(ref);
      events.normal(ref, 'Removed', 'everything that ran for it is gone');
    }
  }

  /** Objects about which something new is to be said are reconciled; the sweep finds what must change in Docker. */
  #enqueueChanged(decided: Intake, written: readonly WrittenObject[]): void {
    const { enqueue, testbed } = this.#context;
    const said = new Map<string, string>();
    const refs = new Map<string, ObjectRef>();
    for (const { ref } of written) refs.set(refText(ref), ref);
    for (const { ref } of this.#accepted.values()) refs.set(refText(ref), ref);
    const { workloads, paths, experiments } = decided.desired;
    const usersOf = (path: string): readonly string[] =>
      testbed.desired
        .connectionsOver(path)
        .map(({ experiment, connection }) => `${experiment}/${connection.name}`);
    const planned = new Map<string, unknown>([
      ...workloads.map((item) => [item.key.replace('router/', 'Router/'), item] as const),
      // What a Path has to prove follows from the connections over it.
      ...paths.map((item) => [`Path/${item.name}`, [item, usersOf(item.name)]] as const),
      ...experiments.map((item) => [`Experiment/${item.name}`, item] as const),
    ]);
    for (const [text, ref] of refs) {
      const now = JSON.stringify([
        testbed.generation(ref),
        testbed.valid(ref),
        testbed.isFrozen(ref),
        planned.get(text),
      ]);
      said.set(text, now);
      if (this.#said.get(text) !== now) enqueue(UNITS[ref.kind], ref.name);
    }
    this.#said = said;
  }
}

interface Step {
  readonly write: Write;
  readonly guard?: Guard;
  readonly done: (revision: bigint) => void;
}

/** What the value of a step takes in a commit. */
const sizeOf = ({ write }: Step): number => (write.type === 'put' ? bytesOf(write.value) : 0);

function parseEntry(entry: StoredEntry, ref: ObjectRef): WrittenObject {
  const { createRevision, modRevision } = entry;
  const origin = { ref, createRevision, modRevision, ...(entry.leased && { leased: true as const }) };
  const parsed = parseObject(entry.key, ref, entry.value);
  if (parsed.ok) return { ...origin, object: parsed.object };
  const problems = parsed.problems.map(({ field, value, message, line, column }) => {
    const where = line === undefined ? '' : ` (line ${String(line)}, column ${String(column ?? 1)})`;
    return { reason: 'Invalid' as const, field, value, message: `${message}${where}` };
  });
  return { ...origin, problems };
}
