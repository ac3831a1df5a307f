import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inventory, repeated } from '../support/docker-inventory.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { hinge, type OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { Store } from '../support/store.ts';
import { type Document, document, documentsIn, useTestbed } from '../support/testbed.ts';

/** What of an inventory must stay: every id, and where everything is plugged in. */
const ids = ({ services, networks, containers }: Inventory): unknown => ({
  services: services.map(({ id }) => id).sort(),
  networks: networks.map(({ id, node }) => `${id} ${node}`).sort(),
  containers: containers.map(({ id, endpoints }) => `${id} ${JSON.stringify(endpoints)}`).sort(),
});

/** Networks that are there for one purpose more than once. */
const networksTwice = (inventory: Inventory): readonly string[] =>
  repeated({ ...inventory, containers: [] }).filter((line) => line.includes('network of'));

/** What came of it. */
const KEPT = 'nothing that runs changed before it was confirmed';

describe('what nobody asked to remove', () => {
  const testbed = useTestbed('/guards');
  const guarded = { HINGE_DELETION_GUARD: '20%' };
  let ring: readonly Document[];
  let operator: OperatorProcess;
  let before: Inventory;

  const { keys } = testbed;
  const refs = (): Document['ref'][] => ring.map(({ ref }) => ref);
  const run = (...args: readonly string[]) => hinge(testbed.env, args);
  const clusterUid = async (): Promise<unknown> =>
    (JSON.parse((await testbed.store.get(keys.cluster))?.value ?? '{}') as { uid?: unknown }).uid;
  const isHeld = async (): Promise<void> => {
    const wanted = { status: 'True', reason: 'DeletionHeld' } as const;
    await Promise.all(refs().map((ref) => testbed.condition(ref, 'Valid', wanted)));
  };
  const isFrozen = (reason: string): Promise<void> =>
    eventually(
      async () => {
        expect(await operator.metric('hinge_frozen', { reason })).toBe(1);
        expect(await testbed.store.get(keys.frozen)).toBeDefined();
      },
      { timeoutMs: 30_000, message: `the operator is frozen: ${reason}` },
    );

  beforeAll(async () => {
    ring = await documentsIn('examples/ring');
    operator = await testbed.start('first', guarded);
    await testbed.put(...ring);
    await testbed.ready(refs());
    await operator.idle();
    before = await testbed.inventory();
  });

  it('stays when all keys are deleted at once, and says so', async () => {
    await testbed.store.delPrefix(keys.desired);
    await isHeld();
    await operator.idle();
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    expect(await operator.metric('hinge_deletions_held')).toBe(ring.length);
    expect(await operator.log()).toContain('deletions are held');
    const { stdout } = await run('describe', 'router/north');
    expect(stdout).toMatch(/Key:.*the removal is held, see hinge confirm/);
    expect(stdout).toMatch(/DeletionHeld.*7 of 7 objects were deleted/);
    expect((await run('events', 'router/north')).stdout).toContain('DeletionHeld');
    recovery('8', `etcdctl del --prefix of ${String(ring.length)} objects`, undefined, KEPT);
    const asked = await run('confirm');
    expect(asked).toMatchObject({ exitCode: 1, stdout: '' });
    expect(asked.stderr).toMatch(/router\/north[^]*nothing was confirmed.*add --yes/);
  });

  it('stays when the operator is replaced meanwhile', async () => {
    await operator.kill();
    operator = await testbed.start('second', guarded);
    const held = () => operator.metric('hinge_deletions_held');
    await expect.poll(held, { timeout: 30_000 }).toBe(ring.length);
    await isHeld();
    await operator.idle();
    expect(ids(await testbed.inventory())).toEqual(ids(before));
  });

  it('is as before when the objects are written again', async () => {
    await testbed.put(...ring);
    await Promise.all(
      refs().map((ref) => testbed.condition(ref, 'Valid', { status: 'True', reason: 'Valid' })),
    );
    await testbed.ready(refs());
    await operator.idle();
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    expect(await operator.metric('hinge_deletions_held')).toBe(0);
  });

  it('stays when etcd is wiped: the operator changes nothing', async () => {
    expect(await operator.stop()).toBe(0);
    await testbed.store.delPrefix(`${testbed.prefix}/`);
    operator = await testbed.start('after the wipe', guarded);
    await isFrozen('StoreWiped');
    expect((await operator.get('/readyz')).status).toBe(200);
    expect(await operator.log()).toContain('frozen: etcd holds no /guards/cluster');
    expect((await run('get', 'all')).stderr).toMatch(
      /warning: the operator is frozen.*StoreWiped.*hinge confirm/,
    );
    // What users write meanwhile waits, too.
    await testbed.put(...ring.slice(0, 1));
    await operator.idle();
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    expect(await operator.metric('hinge_actions_total')).toBe(0);
    recovery('7', 'etcd wiped under the testbed', undefined, KEPT);
    const asked = await run('confirm');
    expect(asked).toMatchObject({ exitCode: 1, stdout: '' });
    expect(asked.stderr).toMatch(
      /services would be removed.*all links and access networks would be made anew/,
    );
  });

  it('stays when the operator is replaced while it is frozen', async () => {
    await operator.kill();
    operator = await testbed.start('frozen again', guarded);
    await isFrozen('StoreWiped');
    expect(ids(await testbed.inventory())).toEqual(ids(before));
  });

  it('is rebuilt from the store as it is once that is confirmed', async () => {
    await testbed.put(...ring);
    const { exitCode, stdout } = await run('confirm', '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^confirmed/);
    const seconds = await testbed.ready(refs());
    recovery('7', 'wiped etcd written again and confirmed', seconds, 'from the confirmation to Ready');
    expect(await testbed.store.get(keys.frozen)).toBeUndefined();
    expect((await testbed.store.list(keys.confirmations)).entries).toEqual([]);
    expect(await operator.metric('hinge_frozen')).toBe(0);
    expect(await clusterUid()).toBeTypeOf('string');
    const old = new Set(before.networks.map(({ name }) => name));
    const rebuilt = async (): Promise<void> => {
      const found = await testbed.inventory();
      expect(networksTwice(found)).toEqual([]);
      // All services name the management network: it stays.
      const stayed = found.networks.filter(({ name }) => old.has(name)).map(({ key }) => key);
      expect(new Set(stayed)).toEqual(new Set(['management']));
      expect(new Set(found.networks.map(({ key }) => key))).toEqual(
        new Set(before.networks.map(({ key }) => key)),
      );
    };
    await eventually(rebuilt, {
      timeoutMs: 180_000,
      message: 'all networks are those of the store as it is now',
    });
    await operator.idle();
  });

  it('stays when the store is another one', async () => {
    before = await testbed.inventory();
    expect(await operator.stop()).toBe(0);
    const own = await testbed.store.get(keys.cluster);
    await testbed.store.put(keys.cluster, JSON.stringify({ uid: 'another', createdAt: '' }));
    operator = await testbed.start('with another store', guarded);
    await isFrozen('OtherStore');
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    // What cannot be read is no reason to go on either.
    await testbed.store.put(keys.cluster, '{"uid": ');
    const log = (): Promise<string> => operator.log();
    await expect.poll(log, { timeout: 30_000 }).toContain('Restore it; hinge changes nothing before');
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    // Put right, it goes on by itself.
    await testbed.store.put(keys.cluster, own?.value ?? '');
    await testbed.ready(refs());
    await eventually(async () => expect(await testbed.store.get(keys.frozen)).toBeUndefined(), {
      timeoutMs: 30_000,
      message: 'the operator has thawed',
    });
    await operator.idle();
    expect(ids(await testbed.inventory())).toEqual(ids(before));
  });

  it('goes when its deletion is confirmed', async () => {
    await testbed.store.delPrefix(keys.desired);
    await isHeld();
    const { exitCode, stdout } = await run('confirm', '--yes');
    expect({ exitCode, lines: stdout.split('\n').length }).toEqual({ exitCode: 0, lines: ring.length });
    const seconds = await testbed.gone(refs());
    recovery('8', 'the same, confirmed', seconds, 'from the confirmation until all is gone');
    await testbed.cleared();
    expect((await testbed.store.list(keys.confirmations)).entries).toEqual([]);
  });

  it('goes at once with hinge delete, which asks for it', async () => {
    await testbed.put(...ring);
    await testbed.ready(refs());
    const { exitCode, stderr } = await run('delete', 'all', '--all', '--wait');
    expect(exitCode, stderr).toBe(0);
    await testbed.cleared();
    expect((await testbed.store.list(keys.confirmations)).entries).toEqual([]);
    expect(await operator.stop(), await operator.lastWords()).toBe(0);
  });
});

describe('what was made since a snapshot of etcd that is restored', () => {
  const testbed = useTestbed('/setback');
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.close());

  slow('stays until the older state is confirmed, also when the operator is replaced', async () => {
    const store = new Store(etcd.endpoint);
    const own = { HINGE_ETCD_ENDPOINTS: etcd.endpoint };
    const run = (...args: readonly string[]) => hinge({ ...testbed.env, ...own }, args);
    const put = ({ ref, text }: Document): Promise<void> => store.put(testbed.keys.desiredOf(ref), text);
    const running = async (name: string): Promise<void> => {
      const { exitCode, stderr } = await run(
        'wait',
        '--for=condition=Ready',
        `rt/${name}`,
        '--timeout',
        '2m',
      );
      expect(exitCode, stderr).toBe(0);
    };
    const frozen = async (operator: OperatorProcess): Promise<void> => {
      const metric = () => operator.metric('hinge_frozen', { reason: 'StoreSetBack' });
      await expect.poll(metric, { timeout: 60_000 }).toBe(1);
      await expect.poll(() => store.get(testbed.keys.frozen), { timeout: 10_000 }).toBeDefined();
    };

    let operator = await testbed.start('before the restore', own);
    await put(document('Router', 'older'));
    await running('older');
    await etcd.save();
    await put(document('Router', 'newer'));
    await running('newer');
    await operator.idle();
    const before = await testbed.inventory();

    await etcd.restore();
    await frozen(operator);
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    await operator.kill();
    operator = await testbed.start('after the restore', own);
    await frozen(operator);
    expect(ids(await testbed.inventory())).toEqual(ids(before));
    recovery('7', 'older snapshot of etcd restored', undefined, KEPT);
    expect((await run('confirm')).stderr).toMatch(
      /the Swarm remembers \d+; an older snapshot was restored.*1 service would be removed.*\(setback-newer\)/,
    );

    expect((await run('confirm', '--yes')).exitCode).toBe(0);
    const services = async () => (await testbed.inventory()).services.map(({ workload }) => workload);
    await expect.poll(services, { timeout: 60_000 }).toEqual(['router/older']);
    const { exitCode, stderr } = await run('delete', 'rt/older', '--wait');
    expect(exitCode, stderr).toBe(0);
    await testbed.cleared();
    expect(await operator.stop(), await operator.lastWords()).toBe(0);
  });
});
