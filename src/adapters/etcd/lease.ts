import { EtcdLeaseInvalidError } from 'etcd3';
import type { EtcdClient, Limits } from './client.ts';
import { isLeaseGone, storeError } from './errors.ts';
import { hangUp } from './hang-up.ts';

/** A lease that nobody keeps alive; its id. One that was granted without an answer expires by itself. */
export async function grantLease(client: EtcdClient, ttlSeconds: number): Promise<string> {
  const reply = await client.read('grant a lease', (etcd, options) =>
    etcd.leaseClient.leaseGrant({ TTL: ttlSeconds }, options),
  );
  return reply.ID;
}

/**
 * Renews a lease once, on a stream of its own: etcd3's lease would say that it is lost at twice the TTL only.
 * @throws StoreError 'invalid' when etcd no longer has the lease.
 */
export async function keepAlive(client: EtcdClient, lease: string, limits: Limits): Promise<void> {
  const name = `renew lease ${lease}`;
  const remaining = await client.read(
    name,
    async (etcd, options) => {
      const stream = await etcd.leaseClient.leaseKeepAlive(options);
      try {
        return await new Promise<number>((resolve, reject) => {
          stream.on('data', ({ TTL }) => resolve(Number(TTL)));
          stream.on('error', reject);
          stream.on('end', () => reject(new Error('etcd ended the stream')));
          stream.write({ ID: lease });
        });
      } finally {
        hangUp(stream);
      }
    },
    limits,
  );
  if (remaining <= 0)
    throw storeError('invalid', name, 'the lease has expired', new EtcdLeaseInvalidError(lease));
}

/** Deletes every key on the lease. That it is gone already is as good. */
export async function revokeLease(client: EtcdClient, lease: string, limits?: Limits): Promise<void> {
  try {
    const request = { ID: lease };
    const name = `revoke lease ${lease}`;
    await client.read(name, (etcd, options) => etcd.leaseClient.leaseRevoke(request, options), limits);
  } catch (error) {
    if (!isLeaseGone(error)) throw error;
  }
}
