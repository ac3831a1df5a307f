/** Upper bound of the writes, and of the guards, in one commit: etcd's default --max-txn-ops is 128. */
export const MAX_OPERATIONS = 120;

/** Upper bound of the values in one commit, in bytes: etcd refuses requests over 1.5 MiB, and one accepted object may have 1 MiB. */
export const MAX_COMMIT_BYTES = 1_200_000;

/** Size of a value in etcd, in bytes. */
export const bytesOf = (value: string): number => new TextEncoder().encode(value).length;
