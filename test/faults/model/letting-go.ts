import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Lab } from '../../../deploy/lab/lab.ts';
import type { ObservedContainer } from '../../../src/core/diff/observed.ts';
import { HELPER_LABEL } from '../../../src/core/plan/labels.ts';
import { eventually } from '../../support/eventually.ts';

/** A network that a node's helper is in. */
interface Held {
  readonly node: string;
  readonly networkId: string;
  /** How often this engine has said until now that it could not let go of the network. */
  readonly refusals: number;
}

const inspected = z.object({ Containers: z.record(z.string(), z.unknown()).nullish() });

/**
 * Knows when engines have tried to let go of the networks that their helpers have left. Swarm forgets an attachment first, and tells the node's
 * engine some time later, which on a busy machine is after the next call: so whoever leaves the network by that call is no longer in its way.
 * What comes of it, no call of the API says: the engine has let go, or writes into its log that somebody is still in the network.
 */
export class LettingGo {
  readonly #lab: Lab;
  #held: readonly Held[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Waits for what has been left since the last time. @param containers of each node, as they are now. */
  async done(containers: ReadonlyMap<string, readonly ObservedContainer[]>): Promise<void> {
    const now = heldIn(containers);
    const left = this.#held.filter(({ node, networkId }) => now.get(node)?.has(networkId) !== true);
    await Promise.all(
      left.map((held) =>
        eventually(async () => expect(await this.#hasTried(held)).toBe(true), {
          timeoutMs: 40_000,
          message: `the engine of ${held.node} lets go of network ${held.networkId}, or says that it cannot`,
        }),
      ),
    );
    this.#held = await Promise.all(
      [...now].flatMap(([node, networks]) =>
        [...networks].map(async (networkId) => ({
          node,
          networkId,
          refusals: await this.#refusals(node, networkId),
        })),
      ),
    );
  }

  async #hasTried({ node, networkId, refusals }: Held): Promise<boolean> {
    if ((await this.#refusals(node, networkId)) > refusals) return true;
    const network: unknown = await this.#lab.node(node).docker.getNetwork(networkId).inspect();
    // A manager answers for every network of the Swarm, but says who is in one only of those that it has.
    return (inspected.parse(network).Containers ?? undefined) === undefined;
  }

  async #refusals(node: string, networkId: string): Promise<number> {
    const log = await readFile(this.#lab.node(node).layout.log, 'utf8');
    return log.split(`network ${networkId} should be removed, but still has active attachments`).length - 1;
  }
}

/** The networks that each node's running helper is in. */
const heldIn = (
  containers: ReadonlyMap<string, readonly ObservedContainer[]>,
): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...containers].map(([node, all]) => [
      node,
      new Set(
        all
          .filter(({ running, labels }) => running && labels[HELPER_LABEL] !== undefined)
          .flatMap(({ endpoints }) => endpoints.map(({ networkId }) => networkId)),
      ),
    ]),
  );
