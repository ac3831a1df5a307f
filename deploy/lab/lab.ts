import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Etcd, freePorts } from './etcd.ts';
import { environment, formatEnvironment } from './environment.ts';
import { LabError } from './errors.ts';
import { ImageCache } from './image-cache.ts';
import { loadImages, type ImageArchive } from './images.ts';
import { LabLayout, makeDir } from './layout.ts';
import { withLock } from './lock.ts';
import { assertNoWayOut, connectNodes } from './network.ts';
import { LabNode } from './node.ts';
import { Stages } from './stages.ts';
import { readState, writeState, type LabState } from './state.ts';
import { formSwarm, waitForMember } from './swarm.ts';
import { killProcesses, tearDown } from './teardown.ts';
import { allSettled } from './wait.ts';

export interface UpOptions {
  /** Where the lab keeps everything; also its identity. Default: .lab below the working directory. */
  readonly dir?: string | undefined;
  /** How many engines. Default: as many as there are, or 3. */
  readonly nodes?: number | undefined;
  /** How many of them are managers of the Swarm. Default: 3, or 1 of two nodes, as two are lost when either is. */
  readonly managers?: number | undefined;
  /** Makes or finds the archives of the images to load into every engine. Default: none. */
  readonly images?: ((tell: (line: string) => void) => Promise<readonly ImageArchive[]>) | undefined;
  /** Gives up. A lab that was not there before is then taken down again. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is done, line by line. */
  readonly tell?: ((line: string) => void) | undefined;
}

interface Task {
  readonly archives: readonly ImageArchive[] | undefined;
  readonly isNew: boolean;
  readonly signal: AbortSignal | undefined;
}

const defaultDir = '.lab';
const mostNodes = 100;

/** A real Swarm and a real etcd on this machine, without a way out of it. */
export class Lab {
  readonly dir: string;
  readonly nodes: readonly LabNode[];
  readonly etcd: Etcd;
  readonly layout: LabLayout;
  readonly #state: LabState;

  private constructor(layout: LabLayout, state: LabState) {
    this.layout = layout;
    this.dir = layout.dir;
    this.#state = state;
    this.etcd = new Etcd(layout.etcdDir, state.etcd);
    this.nodes = Array.from(
      { length: state.nodes },
      (_, i) => new LabNode(layout, i + 1, (node, signal) => waitForMember(node, this.nodes, signal)),
    );
  }

  /** Makes a lab, or repairs what is missing of the one that is there. */
  static async up(options: UpOptions = {}): Promise<Lab> {
    const layout = new LabLayout(options.dir ?? defaultDir);
    const tell = options.tell ?? (() => undefined);
    if (process.getuid?.() !== 0)
      throw new LabError('a lab needs root, for its namespaces and engines: run it as root');
    return withLock(layout.id, tell, options.signal, async () => {
      const before = readState(layout);
      if (before === undefined) assertVacant(layout);
      const archives = await options.images?.(tell);
      options.signal?.throwIfAborted();
      // What is under way, such as loading an image, then fails at once instead of running to its end.
      const abandon = (): unknown => before ?? killProcesses(layout);
      options.signal?.addEventListener('abort', abandon);
      try {
        const state = await decide(before, options);
        makeDir(layout.dir);
        writeState(layout, state);
        const lab = new Lab(layout, state);
        await lab.#bringUp(
          { archives, isNew: before === undefined, signal: options.signal },
          new Stages(tell),
        );
        return lab;
      } catch (error) {
        if (before === undefined) {
          tell('it did not come up; taking away what is there of it');
          await tearDown(layout);
        }
        options.signal?.throwIfAborted();
        throw error;
      } finally {
        options.signal?.removeEventListener('abort', abandon);
      }
    });
  }

  /** The lab in this directory, whatever state it is in. */
  static open(dir = defaultDir): Lab {
    const layout = new LabLayout(dir);
    const state = readState(layout);
    if (state === undefined)
      throw new LabError(`there is no lab in ${layout.dir}: bring one up with npm run lab -- up`);
    return new Lab(layout, state);
  }

  /** Leaves nothing of the lab in this directory, whatever is there of it. */
  static async down(dir = defaultDir, tell: (line: string) => void = () => undefined): Promise<void> {
    const layout = new LabLayout(dir);
    await withLock(layout.id, tell, undefined, () => tearDown(layout));
  }

  async down(tell?: (line: string) => void): Promise<void> {
    await Lab.down(this.dir, tell);
  }

  get etcdEndpoint(): string {
    return this.etcd.endpoint;
  }

  /** What hinge and etcdctl read from their environment. */
  get env(): Readonly<Record<string, string>> {
    return environment(this.etcd, this.nodes);
  }

  node(name: string): LabNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) {
      throw new LabError(`this lab has no ${name}; it has ${this.nodes.map((node) => node.name).join(', ')}`);
    }
    return found;
  }

  async loadImages(archives: readonly ImageArchive[]): Promise<void> {
    await loadImages(this.nodes, archives);
  }

  async #bringUp({ archives, isNew, signal }: Task, stages: Stages): Promise<void> {
    const layouts = this.nodes.map((node) => node.layout);
    signal?.throwIfAborted();
    await stages.run('namespaces', async () => {
      await connectNodes(this.layout, layouts);
      await assertNoWayOut(this.layout);
    });
    const etcd = stages.run('etcd', async () => {
      this.etcd.resume();
      await this.etcd.start(signal);
    });
    const cache = archives === undefined ? undefined : new ImageCache(archives);
    const engines = stages.run('engines', async () => {
      await allSettled(
        this.nodes.map(async (node) => {
          node.resume();
          await cache?.giveTo(node);
          await node.startEngine(signal);
        }),
      );
    });
    const swarm = engines.then(() =>
      stages.run('swarm', async () => {
        await formSwarm(this.nodes, this.#state.managers, signal);
        await allSettled(this.nodes.map((node) => waitForMember(node, this.nodes, signal)));
      }),
    );
    const loaded = engines.then(async () => {
      if (archives === undefined) return;
      await stages.run('images', () => this.loadImages(archives));
      if (isNew && this.nodes[0] !== undefined) await cache?.keep(this.nodes[0]);
    });
    await allSettled([etcd, swarm, loaded]);
    signal?.throwIfAborted();
    writeFileSync(this.layout.envFile, formatEnvironment(this.env));
    stages.total(`${String(this.nodes.length)} nodes are up`);
  }
}

async function decide(before: LabState | undefined, options: UpOptions): Promise<LabState> {
  const nodes = options.nodes ?? before?.nodes ?? 3;
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > mostNodes) {
    throw new LabError(`a lab has 1 to ${String(mostNodes)} nodes, not ${String(nodes)}`);
  }
  if (before !== undefined && nodes < before.nodes) {
    throw new LabError(`this lab has ${String(before.nodes)} nodes; to have fewer, take it down first`);
  }
  const managers = options.managers ?? before?.managers ?? (nodes < 3 ? 1 : 3);
  if (!Number.isInteger(managers) || managers < 1 || managers > nodes) {
    throw new LabError(
      `a lab of ${String(nodes)} nodes has 1 to ${String(nodes)} managers, not ${String(managers)}`,
    );
  }
  if (before !== undefined && managers !== before.managers) {
    throw new LabError(
      `this lab has ${String(before.managers)} managers; to have other ones, take it down first`,
    );
  }
  return { nodes, managers, etcd: before?.etcd ?? (await freePorts()) };
}

/** A lab deletes its directory in the end, so it must not move in with anything else. */
function assertVacant(layout: LabLayout): void {
  rmSync(`${layout.stateFile}.new`, { force: true });
  if (existsSync(layout.dir) && readdirSync(layout.dir).length > 0) {
    throw new LabError(
      `${resolve(layout.dir)} is not empty and not a lab: name another directory with --dir`,
    );
  }
}
