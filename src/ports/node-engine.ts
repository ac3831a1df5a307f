import type { RegistryCredentials } from '../api/registry-secret.ts';
import type { ContainerFile } from '../core/plan/container-form.ts';
import type { DesiredContainer } from '../core/plan/desired.ts';
import type { ObservedNode } from '../core/diff/observed.ts';

/** A command inside the namespaces of a workload's container, run by the node helper. */
export interface NamespaceCommand {
  readonly containerId: string;
  /** `net`: only the network namespace, so that any image will do; `all`: as inside the container. */
  readonly namespaces: 'net' | 'all';
  readonly argv: readonly string[];
  /** It changes something: who has lost leadership meanwhile does not run it. Default: it only looks. */
  readonly changes?: true;
  readonly stdin?: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an engine says has happened: a hint to look again, never a fact to act on. */
export interface EngineHint {
  readonly node: string;
  /** Which listing may have changed; `all` after a gap in the stream. */
  readonly about: 'containers' | 'networks' | 'images' | 'swarm' | 'all';
  /** Workload key (label) when the event carries it. */
  readonly workload?: string;
}

/** How an image is pulled. */
export interface PullOptions {
  readonly credentials: RegistryCredentials | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told how far it is, for people: `12 of 40 MB`. */
  readonly progress: (text: string) => void;
}

/** The engine of one node. Every call is bounded; failures are DockerError. */
export interface NodeEngine {
  readonly node: string;
  /**
   * Containers that carry this testbed's label, and the networks of this testbed that the node has locally. While a manager cannot
   * reach the Swarm's leader, which it asks for networks, these are the ones that it listed last.
   */
  list(): Promise<ObservedNode>;
  /**
   * Plugs a network into a container, with a static address if given, and checks that it really is (endpoint and address).
   * Fine when it is so already. @throws DockerError 'conflict' when plugged with another address, 'not-found' when the node lacks the network.
   */
  connect(containerId: string, networkId: string, address?: string): Promise<void>;
  /** Unplugs; fine when it is not plugged or the container is gone. */
  disconnect(containerId: string, networkId: string): Promise<void>;
  /**
   * Has the engine let go of a network that nobody is in any more and that the Swarm still has. By itself it does so when the helper leaves;
   * who leaves after the helper leaves a copy behind, which nothing takes away once the network is removed. So the helper goes in and out again.
   */
  giveUp(networkId: string, helperImage: string): Promise<void>;
  /**
   * Creates and starts this node's helper, in place of one that stopped; changes nothing when it runs. @returns container id.
   * @throws DockerError 'conflict' when somebody else does so at the same time.
   */
  ensureHelper(image: string): Promise<string>;
  /** Stops and removes the helper; fine when it is gone. */
  removeHelper(): Promise<void>;
  /**
   * Creates a router's own container in a sandbox (id of the task's container), puts files into it, and starts it; starts it when it is there, with
   * the files if it never ran. @throws DockerError 'conflict' when another container has its name, or the sandbox does not run; 'not-found' when the
   * node lacks the image.
   */
  createRouter(container: DesiredContainer, sandbox: string, files: readonly ContainerFile[]): Promise<void>;
  /** Fine when it runs, or its engine is about to start it. @throws DockerError 'conflict' when its sandbox does not run. */
  startRouter(id: string): Promise<void>;
  /** Tells it to end, so that its neighbours hear of it, and removes it; fine when it is gone. */
  removeRouter(id: string): Promise<void>;
  /** Id of the image of this name, as a container of it would be made now; undefined: the node lacks it. */
  imageId(image: string): Promise<string | undefined>;
  /** Has the engine fetch an image from its registry; bounded, too. @throws DockerError with the registry's words. */
  pull(image: string, options: PullOptions): Promise<void>;
  /** @throws DockerError when the helper is not there, the container is gone, or time is up. A non-zero exit is a result. */
  run(command: NamespaceCommand): Promise<CommandResult>;
}

/** All nodes that hinge has an endpoint for. */
export interface Fleet {
  readonly engines: ReadonlyMap<string, NodeEngine>;
  /** Subscribes to the events of all engines; returns the release. */
  onHint(listener: (hint: EngineHint) => void): () => void;
  close(): Promise<void>;
}
