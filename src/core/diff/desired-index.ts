import type {
  DesiredConnection,
  DesiredExperiment,
  DesiredNetwork,
  DesiredPath,
  DesiredState,
  DesiredWorkload,
} from '../plan/desired.ts';

/** The desired state, arranged for look-ups. Built once per plan. */
export class DesiredIndex {
  readonly networks: ReadonlyMap<string, DesiredNetwork>;
  readonly workloads: ReadonlyMap<string, DesiredWorkload>;
  readonly paths: ReadonlyMap<string, DesiredPath>;
  readonly experiments: ReadonlyMap<string, DesiredExperiment>;
  /** Keys of all workloads that should be there. */
  readonly wanted: ReadonlySet<string>;
  readonly #networksOf = new Map<string, DesiredNetwork[]>();
  readonly #workloadAt = new Map<string, string>();
  /** Key of the workload that an address of layer 2 is of, be it a host's or a tunnel's end. */
  readonly #lanAt = new Map<string, string>();
  readonly #pathsOf = new Map<string, string[]>();
  readonly #experimentsOf = new Map<string, string[]>();

  constructor(state: DesiredState) {
    this.networks = new Map(state.networks.map((network) => [network.key, network]));
    this.workloads = new Map(state.workloads.map((workload) => [workload.key, workload]));
    this.paths = new Map(state.paths.map((path) => [path.name, path]));
    this.experiments = new Map(state.experiments.map((experiment) => [experiment.name, experiment]));
    this.wanted = new Set(this.workloads.keys());
    for (const network of state.networks) {
      for (const { workload, address } of network.endpoints) {
        push(this.#networksOf, workload, network);
        this.#workloadAt.set(address, workload);
      }
    }
    for (const { key, setup } of state.workloads) {
      const further =
        setup.type === 'host' ? setup.addresses : (setup.segments?.sids ?? []).map(({ sid }) => sid);
      for (const address of further) this.#workloadAt.set(address, key);
    }
    for (const path of state.paths) for (const router of path.via) push(this.#pathsOf, router, path.name);
    for (const experiment of state.experiments) {
      for (const { from, to, tunnel } of experiment.connections) {
        if (tunnel === undefined) continue;
        for (const { address, workload } of [from, to]) this.#lanAt.set(address, workload);
        this.#lanAt.set(tunnel.from, `router/${from.router}`).set(tunnel.to, `router/${to.router}`);
      }
      for (const path of new Set(experiment.connections.map((connection) => connection.path))) {
        push(this.#experimentsOf, path, experiment.name);
      }
    }
  }

  /** Networks that have an endpoint in a workload, by key. */
  networksOf(workload: string): readonly DesiredNetwork[] {
    return this.#networksOf.get(workload) ?? [];
  }

  /** Key of the workload that has an address on one of its networks, a SID, or an address for a connection. */
  workloadAt(address: string): string | undefined {
    return this.#workloadAt.get(address);
  }

  /** Names of the Paths that pass a router. */
  pathsOf(router: string): readonly string[] {
    return this.#pathsOf.get(router) ?? [];
  }

  /** Names of the Experiments that have a connection over a Path. */
  experimentsOf(path: string): readonly string[] {
    return this.#experimentsOf.get(path) ?? [];
  }

  /** Connections that should run over a Path, with their Experiment; those of suspended ones do not. */
  connectionsOver(
    path: string,
  ): readonly { readonly experiment: string; readonly connection: DesiredConnection }[] {
    return this.experimentsOf(path).flatMap((name) => {
      const experiment = this.experiments.get(name);
      if (experiment === undefined || experiment.suspended) return [];
      return experiment.connections
        .filter((connection) => connection.path === path)
        .map((connection) => ({ experiment: name, connection }));
    });
  }

  /** The router or host that has an address, for people; the address itself when nobody of ours has it. */
  nameAt(address: string): string {
    return (this.workloadAt(address) ?? this.#lanAt.get(address))?.replace(/^(router|host)\//, '') ?? address;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
