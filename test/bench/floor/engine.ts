import Docker from 'dockerode';
import PQueue from 'p-queue';
import type { DockerCalls } from '../contender.ts';
import { followEvents } from '../engine-events.ts';

/** Calls that one engine works on at a time. More at once make no engine faster. */
const CONCURRENCY = 4;

/** One engine, asked directly. */
export class FloorEngine {
  readonly node: string;
  readonly #docker: Docker;
  readonly #queue = new PQueue({ concurrency: CONCURRENCY });
  #writes = 0;
  #reads = 0;

  constructor(node: string, socket: string) {
    this.node = node;
    this.#docker = new Docker({ socketPath: socket });
  }

  get calls(): DockerCalls {
    return { writes: this.#writes, reads: this.#reads };
  }

  /** A call that changes something. */
  async write<T>(call: (docker: Docker) => Promise<T>): Promise<T> {
    return this.#queue.add(() => {
      this.#writes += 1;
      return call(this.#docker);
    });
  }

  async read<T>(call: (docker: Docker) => Promise<T>): Promise<T> {
    this.#reads += 1;
    return call(this.#docker);
  }

  /** Containers with a label as they start and as they are destroyed. Resolves once the engine tells. */
  async containers(
    label: string,
    told: (action: 'start' | 'destroy', id: string, labels: Readonly<Record<string, string>>) => void,
  ): Promise<void> {
    const filters = { type: ['container'], event: ['start', 'destroy'], label: [label] };
    await this.read((docker) =>
      followEvents(docker, filters, ({ Action, Actor }) =>
        told(Action === 'start' ? 'start' : 'destroy', Actor.ID, Actor.Attributes),
      ),
    );
  }
}
