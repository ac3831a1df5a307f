import { HELPER_LABEL, PREFIX_LABEL } from '../../core/plan/labels.ts';
import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { failed, isFailure } from './failure.ts';
import { leaveNone, NONE } from './none.ts';
import { anyReply, type ContainerDetails, containerReply, createdReply } from './replies.ts';

/** Milliseconds to create, start or remove a container on a busy node. */
const CONTAINER_TIMEOUT_MS = 30_000;

/**
 * The node's helper: one plain container, attached to every network of the testbed that this node needs (which is what brings
 * an overlay onto a node), and home of the agent that reaches into workloads. Swarm knows nothing of it.
 *
 * A helper that stopped is replaced, and nobody but hinge starts one: when an engine that crashed starts a container with its overlays
 * by itself, it may do so in the middle of its own clean-up. It then fails, and keeps attachments that nothing can take back, so that these
 * networks can never be removed (Docker 20.10; "in use by task").
 */
export class Helper {
  readonly name: string;
  readonly #engine: Engine;
  readonly #prefix: string;

  /**
   * @param name the container's name, one per testbed.
   * @param prefix the testbed's prefix, for the label.
   */
  constructor(engine: Engine, name: string, prefix: string) {
    this.#engine = engine;
    this.name = name;
    this.#prefix = prefix;
  }

  /**
   * Changes nothing when the helper runs. Somebody else may do the same at the same time, such as another operator on its way out: there
   * is one helper in the end, and who did not make it is told 'conflict'.
   * @returns the id of the running helper. @throws DockerError 'not-found' when the node lacks the image.
   */
  async ensure(image: string): Promise<string> {
    const there = await this.#inspect();
    if (there?.State.Running === true) return there.Id;
    // Not by force: somebody else may have started it meanwhile.
    if (there !== undefined) await this.#remove(there.Id, false);
    const id = await this.#create(image);
    try {
      await leaveNone(this.#engine, id);
      await this.#start(id);
    } catch (error) {
      if (!isFailure(error, 'not-found')) throw error;
      throw this.#failed('conflict', 'somebody else removed it before it ran', error);
    }
    return id;
  }

  /** Fine when it is gone. @throws DockerError 'conflict' when another container has its name. */
  async remove(): Promise<void> {
    const there = await this.#inspect();
    if (there !== undefined) await this.#remove(there.Id, true);
  }

  /** @param force even if it runs. */
  async #remove(id: string, force: boolean): Promise<void> {
    try {
      await this.#engine.change({
        name: 'container.remove',
        doing: `removing container ${this.name}`,
        timeoutMs: CONTAINER_TIMEOUT_MS,
        reply: anyReply,
        send: (docker, abortSignal) => docker.getContainer(id).remove({ force, v: true, abortSignal }),
      });
    } catch (error) {
      if (!isFailure(error, 'not-found')) throw error;
    }
  }

  async #inspect(): Promise<ContainerDetails | undefined> {
    try {
      const container = await this.#engine.call({
        name: 'container.inspect',
        doing: `looking at container ${this.name}`,
        reply: containerReply,
        send: (docker, abortSignal) => docker.getContainer(this.name).inspect({ abortSignal }),
      });
      if (container.Config.Labels[PREFIX_LABEL] === this.#prefix) return container;
      throw this.#failed(
        'conflict',
        'a container of that name is there and not of this testbed; rename or remove it',
      );
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async #create(image: string): Promise<string> {
    try {
      const { id } = await this.#engine.change({
        name: 'container.create',
        doing: `creating container ${this.name} from image ${image}`,
        timeoutMs: CONTAINER_TIMEOUT_MS,
        reply: createdReply,
        send: (docker, abortSignal) =>
          docker.createContainer(withBody(this.#spec(image), { name: this.name, abortSignal })),
      });
      return id;
    } catch (error) {
      if (!isFailure(error, 'not-found')) throw error;
      const { node } = this.#engine;
      const words = `${node} lacks the image ${image}: bring it there (hinge image import FILE, docker load, or docker pull ${image})`;
      throw this.#failed('not-found', words, error);
    }
  }

  async #start(id: string): Promise<void> {
    await this.#engine.change({
      name: 'container.start',
      doing: `starting container ${this.name}`,
      timeoutMs: CONTAINER_TIMEOUT_MS,
      reply: anyReply,
      send: (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }),
    });
  }

  #spec(image: string): object {
    return {
      Image: image,
      Hostname: this.name,
      Labels: { [PREFIX_LABEL]: this.#prefix, [HELPER_LABEL]: this.#engine.node },
      HostConfig: {
        // What it takes to enter the namespaces of other containers, and to work in them.
        PidMode: 'host',
        CgroupnsMode: 'host',
        CapAdd: ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SYS_PTRACE'],
        SecurityOpt: ['apparmor=unconfined'],
        // No way out: neither into the node's network nor beyond it.
        NetworkMode: NONE,
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    };
  }

  #failed(kind: 'conflict' | 'not-found', words: string, cause?: unknown): Error {
    return failed(kind, this.#engine.attempt(`ensuring container ${this.name}`), words, cause);
  }
}
