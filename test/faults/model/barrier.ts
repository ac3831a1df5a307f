import type { Lab } from '../../../deploy/lab/lab.ts';
import { eventually } from '../../support/eventually.ts';
import { HELPER_IMAGE, Scene } from '../../support/scene.ts';

/** Names and subnets that no script has. */
const INDEX = 49;

/**
 * Tells when a node's engine has done what Swarm told it before. When a helper leaves a network, Swarm forgets the attachment first, and has the engine
 * give the network up later, twice: as it no longer has an address for the node, and as it ends the attachment's task. On a busy machine that comes after
 * the next call, by which whoever would have been in the way may have left. Nothing tells of it; but Swarm tells an engine one thing after the other, so
 * that it has heard of both once it has attached a container of the test's own, and has ended the task when it has attached the next one.
 */
export class Barrier {
  readonly #scene: Scene;

  constructor(lab: Lab) {
    this.#scene = new Scene(lab, INDEX);
  }

  async pass(node: string): Promise<void> {
    const engine = this.#scene.node(node);
    const network = await this.#scene.network(0);
    const helper = await engine.ensureHelper(HELPER_IMAGE);
    for (const time of ['first', 'second']) {
      await eventually(() => engine.connect(helper, network), {
        timeoutMs: 60_000,
        message: `Swarm attaches something to ${node} for the ${time} time`,
      });
      await engine.disconnect(helper, network);
    }
  }

  async clear(): Promise<void> {
    await this.#scene.clear();
  }
}
