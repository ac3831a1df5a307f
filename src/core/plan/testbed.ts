/** What tells this testbed from others on the same etcd and the same Swarm. */
export interface Testbed {
  /** Prefix of its keys, such as `/hinge`. */
  readonly prefix: string;
  /** UID of `/hinge/cluster`: another one after the store was made anew. */
  readonly uid: string;
  /** Create revision of `/hinge/cluster`. */
  readonly createRevision: bigint;
}
