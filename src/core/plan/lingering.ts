/** What of the testbed still exists in Docker, planned or not. */
export interface Lingering {
  /** Keys (labels) of networks and workloads. */
  readonly keys: ReadonlySet<string>;
  /** CIDRs of the testbed's networks: tells a link's old network from its new one, since both have one key. */
  readonly subnets: ReadonlySet<string>;
}
