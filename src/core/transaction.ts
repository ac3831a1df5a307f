/** Upper bound of the writes, and of the guards, in one commit: etcd's default --max-txn-ops is 128. */
export const MAX_OPERATIONS = 120;
