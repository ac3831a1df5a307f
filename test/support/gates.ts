import { DockerGate } from './docker-gate.ts';
import { EtcdGate } from './etcd-gate.ts';
import type { Environment } from './operator.ts';
import type { Testbed } from './testbed.ts';
import { WriteGate } from './write-gate.ts';

/** Proxies in front of a lab's engines and etcd that one operator is given instead of them. */
export class Gates {
  readonly writes: WriteGate;
  /** What an operator behind them has in its environment. */
  readonly env: Environment;
  readonly #close: () => Promise<void>;

  private constructor(writes: WriteGate, env: Environment, close: () => Promise<void>) {
    this.writes = writes;
    this.env = env;
    this.#close = close;
  }

  static async before({ lab }: Testbed): Promise<Gates> {
    const writes = new WriteGate();
    const engines = await Promise.all(lab.nodes.map((node) => DockerGate.start(node, writes)));
    const etcd = await EtcdGate.start(lab.etcdEndpoint, writes);
    const env = {
      HINGE_ETCD_ENDPOINTS: etcd.endpoint,
      HINGE_NODES: engines.map(({ entry }) => entry).join(),
    };
    return new Gates(writes, env, async () => {
      etcd.close();
      await Promise.all(engines.map((engine) => engine.close()));
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}
