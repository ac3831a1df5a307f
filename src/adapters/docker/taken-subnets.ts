import { isPrefix, overlap, parsePrefix } from '../../core/plan/ipv4.ts';
import type { DesiredNetwork } from '../../core/plan/desired.ts';

export interface NamedSubnet {
  readonly name: string;
  /** CIDR; undefined for a network that never got one. */
  readonly subnet: string | undefined;
}

/** Milliseconds for which a listing serves: long enough for all networks of a testbed that are made at once. */
const FRESH_MS = 5_000;

/**
 * The subnets of all networks in the Swarm, whoever made them. Swarm takes a network whose subnet another one has, says nothing, and
 * never gives it life: whoever is plugged into it waits for 20 s and learns no reason.
 */
export class TakenSubnets {
  #networks: readonly NamedSubnet[] = [];
  #readAt = -Infinity;

  /** @returns the network that stands in the way, if any. */
  async inTheWayOf(
    wanted: DesiredNetwork,
    read: () => Promise<readonly NamedSubnet[]>,
  ): Promise<NamedSubnet | undefined> {
    const fresh = performance.now() - this.#readAt > FRESH_MS;
    if (fresh) await this.#refresh(read);
    const found = this.#find(wanted);
    if (found === undefined || fresh) return found;
    await this.#refresh(read); // it may have gone since
    return this.#find(wanted);
  }

  async #refresh(read: () => Promise<readonly NamedSubnet[]>): Promise<void> {
    this.#networks = await read();
    this.#readAt = performance.now();
  }

  #find(wanted: DesiredNetwork): NamedSubnet | undefined {
    const prefix = parsePrefix(wanted.subnet);
    return this.#networks.find(
      ({ name, subnet }) =>
        name !== wanted.name &&
        subnet !== undefined &&
        isPrefix(subnet) &&
        overlap(prefix, parsePrefix(subnet)),
    );
  }
}
