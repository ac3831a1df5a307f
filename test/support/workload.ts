import type {
  DesiredContainer,
  DesiredNetwork,
  DesiredService,
  DesiredWorkload,
} from '../../src/core/plan/desired.ts';
import { NETWORK_LABEL, PREFIX_LABEL, ROUTER_LABEL, WORKLOAD_LABEL } from '../../src/core/plan/labels.ts';

/** Desired things of one testbed; only what a test is about has to be given. */
export class Testbed {
  readonly prefix: string;
  /** Unique among the testbeds of a run: names are shared by all testbeds of a Swarm. */
  readonly name: string;
  readonly #block: number;

  /** @param index decides names and subnets, so that testbeds on one Swarm do not meet. */
  constructor(index: number) {
    this.name = `t${index}`;
    this.prefix = `/test/${this.name}`;
    this.#block = index;
  }

  get helper(): string {
    return `${this.name}-helper`;
  }

  workload(name: string, service: Partial<DesiredService> = {}): DesiredWorkload {
    const key = `host/${this.name}/${name}`;
    return {
      key,
      owner: { kind: 'Experiment', name: this.name },
      setup: { type: 'host', gateway: '', address: '', network: '', addresses: [], routes: [] },
      service: {
        name: `${this.name}-${name}`,
        hostname: name,
        image: 'hinge/host:1',
        command: ['sleep', 'infinity'],
        env: [],
        capabilities: ['NET_ADMIN'],
        sysctls: {},
        constraints: [],
        nanoCpus: 0,
        memoryBytes: 0,
        labels: { [PREFIX_LABEL]: this.prefix, [WORKLOAD_LABEL]: key },
        ...service,
      },
    };
  }

  /** A container that stands in the namespaces of a workload's. */
  router(name: string): DesiredContainer {
    return {
      name: `${this.name}-${name}-router`,
      image: 'hinge/host:1',
      capabilities: ['CAP_NET_ADMIN'],
      privileged: false,
      devices: [],
      mounts: [],
      sharesProcesses: true,
      nanoCpus: 5e8,
      memoryBytes: 64 * 2 ** 20,
      labels: { [PREFIX_LABEL]: this.prefix, [ROUTER_LABEL]: `router/${name}` },
    };
  }

  /** @param index 0 to 7. */
  network(index: number): DesiredNetwork {
    const key = `link/${this.name}-${index}`;
    const at = (host: number): string => `10.210.${this.#block}.${index * 32 + host}`;
    return {
      key,
      name: `${this.name}-link-${index}`,
      purpose: 'link',
      subnet: `${at(0)}/27`,
      ipRange: `${at(16)}/28`,
      gateway: at(17),
      labels: { [PREFIX_LABEL]: this.prefix, [NETWORK_LABEL]: key },
      endpoints: [],
    };
  }

  /** A static address on network `index`. */
  address(index: number, host: number): string {
    return `10.210.${this.#block}.${index * 32 + host}`;
  }
}
