import type { Lab } from '../../deploy/lab/lab.ts';
import { within } from '../../deploy/lab/wait.ts';
import { containersOn, type FoundContainer } from './docker-inventory.ts';

/** A workload's running container, as a test reaches into it: through the node, without hinge. */
export class Container {
  readonly found: FoundContainer;
  readonly #lab: Lab;
  readonly #pid: number;

  private constructor(lab: Lab, found: FoundContainer, pid: number) {
    this.#lab = lab;
    this.found = found;
    this.#pid = pid;
  }

  /** All running containers of a testbed, by workload: the newest, where a node that was cut off still has an older one. */
  static async all(lab: Lab, prefix: string): Promise<ReadonlyMap<string, Container>> {
    const containers = await containersOn(lab, prefix);
    const running = containers
      .filter(({ running, workload }) => running && workload !== undefined)
      .sort((one, other) => one.created - other.created);
    const entries = await Promise.all(
      running.map(async (found) => {
        const { docker } = lab.node(found.node);
        const details = await within(
          15_000,
          `inspecting ${found.name}`,
          docker.getContainer(found.id).inspect(),
        );
        return [found.workload ?? '', new Container(lab, found, details.State.Pid)] as const;
      }),
    );
    return new Map(entries);
  }

  static async of(lab: Lab, prefix: string, workload: string): Promise<Container> {
    const found = (await Container.all(lab, prefix)).get(workload);
    if (found === undefined) throw new Error(`${workload} has no running container`);
    return found;
  }

  /** Kills its first process from outside, as a crash would: to Docker's own kill, restart policies do not react. */
  async kill(): Promise<void> {
    await this.#lab.node(this.found.node).exec(['kill', '-KILL', String(this.#pid)]);
  }

  /** Whether its first process is there, be there an engine or not. */
  async isAlive(): Promise<boolean> {
    const look = ['sh', '-c', `[ -d /proc/${String(this.#pid)} ] && echo alive || :`] as const;
    const { stdout } = await this.#lab.node(this.found.node).exec(look);
    return stdout.trim() === 'alive';
  }

  /** Runs a command of the node's own in the container's network. @returns what it prints */
  async runOutside(...command: readonly [string, ...string[]]): Promise<string> {
    const enter = ['nsenter', '--target', String(this.#pid), '--net', '--'] as const;
    const { stdout } = await this.#lab
      .node(this.found.node)
      .exec([...enter, ...command], { timeout: 60_000 });
    return stdout;
  }

  /** Runs a command of the container's own image in it. @returns what it prints */
  async run(...command: readonly [string, ...string[]]): Promise<string> {
    const enter = [
      'nsenter',
      '--target',
      String(this.#pid),
      '--mount',
      '--net',
      '--pid',
      '--uts',
      '--ipc',
    ] as const;
    const { stdout } = await this.#lab
      .node(this.found.node)
      .exec([...enter, '--root', '--', ...command], { timeout: 60_000 });
    return stdout;
  }
}
