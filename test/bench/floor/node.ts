import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { HELPER_LABEL, PREFIX_LABEL } from '../../../src/core/plan/labels.ts';
import type { FloorEngine } from './engine.ts';
import type { FloorTask } from './messages.ts';
import { FloorShell } from './shell.ts';

/** One node: its engine, and the helper that brings networks to it. */
export class FloorNode {
  readonly engine: FloorEngine;
  readonly #task: FloorTask;
  /** The engine takes one change of a container at a time. */
  readonly #helperLane = new PQueue({ concurrency: 1 });
  readonly #networks = new Map<string, Promise<void>>();
  #helper: Promise<string> | undefined;
  #shell: Promise<FloorShell> | undefined;

  constructor(engine: FloorEngine, task: FloorTask) {
    this.engine = engine;
    this.#task = task;
  }

  /** Starts the helper and a shell in it. */
  start(): void {
    this.#helper = this.#start();
    this.#shell = this.#helper.then((id) => this.engine.write((docker) => FloorShell.open(docker, id)));
  }

  /** Brings a network to this node; who asks again shares the first attempt. */
  async bring(network: string): Promise<void> {
    const brought = this.#networks.get(network) ?? this.#bring(network);
    this.#networks.set(network, brought);
    return brought;
  }

  async plug(container: string, network: string, address: string): Promise<void> {
    await this.#connect(network, {
      Container: container,
      EndpointConfig: { IPAMConfig: { IPv4Address: address } },
    });
  }

  async unplug(container: string, network: string): Promise<void> {
    await this.engine.write((docker) => docker.getNetwork(network).disconnect({ Container: container }));
  }

  /** Process 1 of a container, as the helper counts. */
  async pid(container: string): Promise<number> {
    const details = await this.engine.read((docker) => docker.getContainer(container).inspect());
    return details.State.Pid;
  }

  async run(script: string): Promise<string> {
    if (this.#shell === undefined) throw new Error('not started');
    return (await this.#shell).run(script);
  }

  async removeHelper(): Promise<void> {
    const { name } = this.#task.helper;
    await this.engine.write((docker) => docker.getContainer(name).remove({ force: true, v: true }));
  }

  async #start(): Promise<string> {
    const { id } = await this.engine.write((docker) =>
      docker.createContainer({ name: this.#task.helper.name, ...this.#spec() }),
    );
    // A container in the network "none" is refused every other one.
    await this.unplug(id, 'none');
    await this.engine.write((docker) => docker.getContainer(id).start());
    return id;
  }

  async #bring(network: string): Promise<void> {
    const helper = await this.#helper;
    if (helper === undefined) throw new Error('not started');
    await this.#helperLane.add(() => this.#connect(network, { Container: helper }));
  }

  /**
   * Now and then Swarm's manager loses an attachment, and the engine gives up after 20 s. Nobody who calls Docker directly gets by without
   * asking again then.
   */
  async #connect(network: string, config: object): Promise<void> {
    await pRetry(() => this.engine.write((docker) => docker.getNetwork(network).connect(config)), {
      retries: 3,
      minTimeout: 0,
      shouldRetry: ({ error }) => error.message.includes('attaching to network failed'),
    });
  }

  /** As hinge makes its helpers. */
  #spec(): object {
    const { prefix, helper } = this.#task;
    return {
      Image: helper.image,
      Hostname: helper.name,
      Labels: { [PREFIX_LABEL]: prefix, [HELPER_LABEL]: this.engine.node },
      HostConfig: {
        PidMode: 'host',
        CgroupnsMode: 'host',
        CapAdd: ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SYS_PTRACE'],
        SecurityOpt: ['apparmor=unconfined'],
        NetworkMode: 'none',
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    };
  }
}
