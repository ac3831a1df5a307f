import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Lab } from '../../deploy/lab/lab.ts';
import { Keys } from '../../src/api/keys.ts';
import { type Kind, type ObjectRef, refText } from '../../src/api/object.ts';
import type { Condition, Status } from '../../src/api/status.ts';
import { Container } from './containers.ts';
import { DockerEvents } from './docker-events.ts';
import { inventory, type Inventory, leftovers, removeByForce } from './docker-inventory.ts';
import { eventually } from './eventually.ts';
import { sharedLab } from './lab.ts';
import { type Environment, OperatorProcess } from './operator.ts';
import { asAsked } from './running.ts';
import { Store, type StoreEntry } from './store.ts';

/** Milliseconds. Generous, since machines differ; how long things took is printed. */
const READY_MS = 200_000;
const GONE_MS = 200_000;

/** A document as a user would put it at its key. */
export interface Document {
  readonly ref: ObjectRef;
  readonly text: string;
}

/** The objects of a YAML text, each as written. */
export function documentsOf(text: string): readonly Document[] {
  return text.split(/^---\n/m).map((part) => {
    const { kind, metadata } = parseAllDocuments(part)[0]?.toJS() as {
      kind: Kind;
      metadata: { name: string };
    };
    return asAsked({ ref: { kind, name: metadata.name }, text: part });
  });
}

/** The objects of a file, or of all files of a folder. */
export async function documentsIn(where: string): Promise<readonly Document[]> {
  const files = (await stat(where)).isDirectory()
    ? (await readdir(where)).sort().map((name) => path.join(where, name))
    : [where];
  return (await Promise.all(files.map(async (file) => documentsOf(await readFile(file, 'utf8'))))).flat();
}

/** An object of any kind, as JSON: the other form that users may write. */
export function document(kind: Kind, name: string, spec?: unknown): Document {
  const value = {
    apiVersion: 'hinge.testbed/v1alpha1',
    kind,
    metadata: { name },
    ...(spec === undefined ? {} : { spec }),
  };
  return asAsked({ ref: { kind, name }, text: JSON.stringify(value) });
}

export const router = (name: string): ObjectRef => ({ kind: 'Router', name });
export const pathRef = (name: string): ObjectRef => ({ kind: 'Path', name });
export const experiment = (name: string): ObjectRef => ({ kind: 'Experiment', name });

/**
 * One prefix of the shared lab for the tests of one file: they write and delete as users do, and look at what comes of it. After the last test
 * everything is deleted, and nothing may be left.
 */
export class Testbed {
  readonly prefix: string;
  readonly keys: Keys;
  readonly operators: OperatorProcess[] = [];
  readonly #env: Environment;
  #lab: Lab | undefined;
  #store: Store | undefined;
  #events: DockerEvents | undefined;

  constructor(prefix: string, env: Environment) {
    this.prefix = prefix;
    this.keys = new Keys(prefix);
    this.#env = env;
  }

  get lab(): Lab {
    this.#lab ??= sharedLab();
    return this.#lab;
  }

  get store(): Store {
    this.#store ??= new Store(this.lab.etcdEndpoint);
    return this.#store;
  }

  /** What happens in the engines, from the first time on that somebody asks. */
  async events(): Promise<DockerEvents> {
    this.#events ??= await DockerEvents.open(this.lab);
    return this.#events;
  }

  /** What a command or an operator of this testbed has in its environment. Whole testbeds are deleted at once, and nobody is there to confirm it. */
  get env(): Environment {
    return { ...this.lab.env, HINGE_PREFIX: this.prefix, HINGE_DELETION_GUARD: 'off', ...this.#env };
  }

  /** Starts an operator and returns at once. It is ended after the last test at the latest. */
  async spawn(name = 'first', env: Environment = {}): Promise<OperatorProcess> {
    const operator = await OperatorProcess.spawn(name, { ...this.env, ...env });
    this.operators.push(operator);
    return operator;
  }

  /** Starts an operator, and returns once it leads. */
  async start(name = 'first', env: Environment = {}): Promise<OperatorProcess> {
    const operator = await this.spawn(name, env);
    await operator.leading();
    return operator;
  }

  /** Ends the operators that run, one after the other. */
  async endOperators(): Promise<void> {
    for (const operator of this.operators)
      if (operator.running) expect(await operator.stop(), await operator.lastWords()).toBe(0);
  }

  /** Puts objects at their keys, side by side. */
  async put(...documents: readonly Document[]): Promise<void> {
    await Promise.all(documents.map(({ ref, text }) => this.store.put(this.keys.desiredOf(ref), text)));
  }

  async del(...refs: readonly ObjectRef[]): Promise<void> {
    await Promise.all(refs.map((ref) => this.store.del(this.keys.desiredOf(ref))));
  }

  async status(ref: ObjectRef): Promise<Status | undefined> {
    const entry = await this.store.get(this.keys.statusOf(ref));
    return entry === undefined ? undefined : (JSON.parse(entry.value) as Status);
  }

  /** Statuses of everything, by refText. */
  async statuses(): Promise<ReadonlyMap<string, Status>> {
    const { entries } = await this.store.list(this.keys.status);
    return new Map(
      entries.map(({ key, value }) => {
        const ref = this.keys.refOf(key);
        return [ref === undefined ? key : refText(ref), JSON.parse(value) as Status];
      }),
    );
  }

  /** Waits until an object has a condition as wanted. @returns the condition */
  async condition(
    ref: ObjectRef,
    type: string,
    wanted: { readonly status: Condition['status']; readonly reason?: string; readonly message?: RegExp },
    timeoutMs = READY_MS,
  ): Promise<Condition> {
    const text = `${refText(ref)} has ${type}=${wanted.status} ${wanted.reason ?? ''} ${String(wanted.message ?? '')}`;
    return eventually(
      async () => {
        const status = await this.status(ref);
        const condition = status?.conditions.find((candidate) => candidate.type === type);
        expect(condition, conditionsText(ref, status)).toMatchObject({
          type,
          status: wanted.status,
          ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
        });
        if (wanted.message !== undefined) expect(condition?.message).toMatch(wanted.message);
        return condition as Condition;
      },
      { timeoutMs, message: text },
    );
  }

  /** Waits until all of them are Ready, with a status about the accepted version. @returns seconds that it took */
  async ready(refs: readonly ObjectRef[], timeoutMs = READY_MS): Promise<number> {
    const began = performance.now();
    await eventually(
      async () => {
        const statuses = await this.statuses();
        const open = refs.filter((ref) => !isReady(statuses.get(refText(ref))));
        if (open.length === 0) return;
        const shown = open.slice(0, 5).map((ref) => conditionsText(ref, statuses.get(refText(ref))));
        throw new Error(`${String(open.length)} are not Ready:\n${shown.join('\n')}`);
      },
      { timeoutMs, intervalMs: 100, message: `${String(refs.length)} objects are Ready` },
    );
    return (performance.now() - began) / 1000;
  }

  /** Waits until neither status nor accepted version of these are there. @returns seconds that it took */
  async gone(refs: readonly ObjectRef[], timeoutMs = GONE_MS): Promise<number> {
    const began = performance.now();
    await eventually(
      async () => {
        const [status, accepted] = await Promise.all([
          this.store.list(this.keys.status),
          this.store.list(this.keys.accepted),
        ]);
        const there = new Set([...status.entries, ...accepted.entries].map(({ key }) => key));
        const left = refs.flatMap((ref) =>
          [this.keys.statusOf(ref), this.keys.acceptedOf(ref)].filter((key) => there.has(key)),
        );
        const shown = status.entries.filter(({ key }) => left.includes(key)).map(({ value }) => value);
        if (left.length > 0) throw new Error(`still there: ${left.join(', ')}\n${shown.join('\n')}`);
      },
      { timeoutMs, intervalMs: 100, message: `${String(refs.length)} objects are gone` },
    );
    return (performance.now() - began) / 1000;
  }

  inventory(): Promise<Inventory> {
    return inventory(this.lab, this.prefix);
  }

  containers(): Promise<ReadonlyMap<string, Container>> {
    return Container.all(this.lab, this.prefix);
  }

  container(workload: string): Promise<Container> {
    return Container.of(this.lab, this.prefix, workload);
  }

  /** Claims as they are in the store: key, value, and since when. */
  async allocations(): Promise<readonly StoreEntry[]> {
    return (await this.store.list(this.keys.allocations)).entries;
  }

  /** Everything below the prefix but the leader's key. */
  async snapshot(): Promise<ReadonlyMap<string, StoreEntry>> {
    const { entries } = await this.store.list(`${this.prefix}/`);
    return new Map(entries.filter(({ key }) => key !== this.keys.leader).map((entry) => [entry.key, entry]));
  }

  /** No engine has anything of this testbed, and neither has etcd but for events and its identity. */
  async expectNothingLeft(): Promise<void> {
    expect(await leftovers(this.lab, this.prefix)).toEqual([]);
    const { keys } = this;
    for (const part of [keys.desired, keys.accepted, keys.status, keys.allocations]) {
      expect((await this.store.list(part)).entries.map(({ key }) => key)).toEqual([]);
    }
  }

  /** Waits until no engine has anything of this testbed: the helpers leave last, after the last status. */
  async cleared(timeoutMs = GONE_MS): Promise<void> {
    await eventually(() => this.expectNothingLeft(), {
      timeoutMs,
      intervalMs: 200,
      message: `nothing of ${this.prefix} is left`,
    });
  }

  /** Deletes everything, waits until nothing is left, ends the operators. */
  async close(): Promise<void> {
    try {
      await this.store.delPrefix(this.keys.desired);
      const { entries } = await this.store.list(this.keys.accepted);
      const left = entries.length > 0 || (await leftovers(this.lab, this.prefix)).length > 0;
      if (left && !this.operators.some(({ running }) => running)) await this.start('clean-up');
      if (left) await this.cleared();
      await this.endOperators();
    } catch (error) {
      for (const operator of this.operators) console.info(await operator.lastWords());
      throw error;
    } finally {
      this.#events?.close();
      await Promise.all(this.operators.map((operator) => operator.dispose()));
      await removeByForce(this.lab, this.prefix);
      await this.store.delPrefix(`${this.prefix}/`);
    }
  }
}

const isReady = (status: Status | undefined): boolean =>
  status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

function conditionsText(ref: ObjectRef, status: Status | undefined): string {
  if (status === undefined) return `${refText(ref)}: no status`;
  const lines = status.conditions.map(
    ({ type, status: value, reason, message }) => `  ${type}=${value} ${reason}: ${message}`,
  );
  return `${refText(ref)} (generation ${String(status.observedGeneration)})\n${lines.join('\n')}`;
}

/** A testbed for all tests of a file. When one fails, the ends of the operators' logs are shown. */
export function useTestbed(prefix: string, env: Environment = {}): Testbed {
  const testbed = new Testbed(prefix, env);
  beforeAll(async () => {
    expect(await leftovers(testbed.lab, prefix)).toEqual([]);
    await testbed.store.delPrefix(`${prefix}/`);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const operator of testbed.operators) console.info(await operator.lastWords());
  });
  afterAll(() => testbed.close());
  return testbed;
}

/** Prints what was measured. */
export const measured = (text: string): void => console.info(`measured: ${text}`);
