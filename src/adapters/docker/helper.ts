import { HELPER_LABEL, PREFIX_LABEL } from '../../core/plan/labels.ts';
import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { failed, isFailure } from './failure.ts';
import { anyReply, type ContainerDetails, containerReply, createdReply } from './replies.ts';

/** Docker's network for containers without one. */
const NO_NETWORK = 'none';

/** Milliseconds to create, start or remove a container on a busy node. */
const CONTAINER_TIMEOUT_MS = 30_000;

/**
 * The node's helper: one plain container, attached to every network of the testbed that this node needs (which is what brings
 * an overlay onto a node), and home of the agent that reaches into workloads. Swarm knows nothing of it; the engine restarts it.
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

  /** @returns the id of the running helper. @throws DockerError 'not-found' when the node lacks the image. */
  async ensure(image: string): Promise<string> {
    const there = await this.#inspect();
    if (there?.State.Running === true) return there.Id;
    if (there !== undefined && there.Config.Image !== image) await this.#remove(there.Id);
    else if (there !== undefined) return this.#start(there);
    await this.#create(image);
    const created = await this.#inspect();
    if (created === undefined) throw this.#failed('conflict', 'it is gone again');
    return created.State.Running ? created.Id : this.#start(created);
  }

  /** Fine when it is gone. @throws DockerError 'conflict' when another container has its name. */
  async remove(): Promise<void> {
    const there = await this.#inspect();
    if (there !== undefined) await this.#remove(there.Id);
  }

  async #remove(id: string): Promise<void> {
    try {
      await this.#engine.call({
        name: 'container.remove',
        doing: `removing container ${this.name}`,
        timeoutMs: CONTAINER_TIMEOUT_MS,
        reply: anyReply,
        send: (docker, abortSignal) => docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
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

  async #create(image: string): Promise<void> {
    const { node } = this.#engine;
    try {
      await this.#engine.call({
        name: 'container.create',
        doing: `creating container ${this.name} from image ${image}`,
        timeoutMs: CONTAINER_TIMEOUT_MS,
        reply: createdReply,
        send: (docker, abortSignal) =>
          docker.createContainer(withBody(this.#spec(image), { name: this.name, abortSignal })),
      });
    } catch (error) {
      // Somebody else, such as another operator on its way out, was faster.
      if (isFailure(error, 'conflict')) return;
      if (!isFailure(error, 'not-found')) throw error;
      const words = `${node} lacks the image ${image}: load it there (docker load) or pull it (docker pull ${image})`;
      throw this.#failed('not-found', words, error);
    }
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
        NetworkMode: NO_NETWORK,
        RestartPolicy: { Name: 'always' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    };
  }

  async #start(container: ContainerDetails): Promise<string> {
    // A container in the network "none" is refused every other one, but it may leave it, and still gets no default network.
    // Done before the start: a running helper is always one that can be plugged.
    if (NO_NETWORK in container.NetworkSettings.Networks) {
      await this.#engine.call({
        name: 'network.disconnect',
        doing: `freeing container ${container.Id} from the network "none"`,
        reply: anyReply,
        send: (docker, abortSignal) =>
          docker.getNetwork(NO_NETWORK).disconnect(withBody({ Container: container.Id }, { abortSignal })),
      });
    }
    await this.#engine.call({
      name: 'container.start',
      doing: `starting container ${this.name}`,
      timeoutMs: CONTAINER_TIMEOUT_MS,
      reply: anyReply,
      send: (docker, abortSignal) => docker.getContainer(container.Id).start({ abortSignal }),
    });
    return container.Id;
  }

  #failed(kind: 'conflict' | 'not-found', words: string, cause?: unknown): Error {
    return failed(kind, this.#engine.attempt(`ensuring container ${this.name}`), words, cause);
  }
}
