import { describe, expect, it } from 'vitest';
import { freezeOf, type SentinelFacts } from '../../../../src/core/guard/sentinel.ts';
import {
  decodeIdentity,
  encodeIdentity,
  NOTHING_ADOPTED,
  type StoreIdentity,
} from '../../../../src/core/guard/store-identity.ts';

const labels = (uid: string, workload = ''): Record<string, string> => ({
  'hinge.testbed/prefix': '/hinge',
  'hinge.testbed/cluster': uid,
  ...(workload === '' ? {} : { 'hinge.testbed/workload': workload }),
});

/** What runs, made from the store with this UID. */
const swarm = (uid: string): SentinelFacts['swarm'] => ({
  services: ['router/a', 'router/b', 'host/e/x'].map((workload) => ({
    id: workload,
    name: `hinge-${workload.replaceAll('/', '-')}`,
    version: 1,
    labels: labels(uid, workload),
    updating: false,
    spec: {} as SentinelFacts['swarm']['services'][number]['spec'],
  })),
  networks: [{ id: 'n', name: 'hinge-a-b', labels: labels(uid), subnet: undefined }],
});

const NOTHING: SentinelFacts['swarm'] = { services: [], networks: [] };
const store = (uid: string, revision: bigint, adopted = NOTHING_ADOPTED): StoreIdentity => ({
  uid,
  revision,
  adopted,
});

const facts = (more: Partial<SentinelFacts>): SentinelFacts => ({
  keys: { cluster: '/hinge/cluster', prefix: '/hinge' },
  store: store('one', 50n),
  revision: 60n,
  seen: 0n,
  objects: new Set(['Router/a', 'Router/b', 'Experiment/e']),
  swarm: swarm('one'),
  memory: { uid: 'one', revision: 50n },
  ...more,
});

describe('the sentinel', () => {
  it.each<[string, Partial<SentinelFacts>]>([
    ['of what runs', {}],
    ['of a new testbed', { store: undefined, swarm: NOTHING, memory: undefined }],
    ['of one that runs nothing', { swarm: NOTHING, memory: undefined }],
    ['that the Swarm was told of a moment before', { memory: { uid: 'one', revision: 49n } }],
    ['that the Swarm was never told of', { memory: undefined }],
    [
      'that has adopted another',
      { swarm: swarm('two'), store: store('one', 50n, { uids: ['two'], revision: 0n }) },
    ],
    [
      'that was set back and confirmed',
      { memory: { uid: 'one', revision: 70n }, store: store('one', 50n, { uids: [], revision: 70n }) },
    ],
  ])('trusts the store %s', (_what, more) => {
    expect(freezeOf(facts(more))).toBeUndefined();
  });

  it.each<[string, Partial<SentinelFacts>, string, RegExp]>([
    ['has no identity', { store: undefined }, 'StoreWiped', /holds no \/hinge\/cluster/],
    ['is empty and only remembered', { store: undefined, swarm: NOTHING }, 'StoreWiped', /was wiped/],
    ['has another identity', { store: store('two', 70n) }, 'OtherStore', /UID two.*UID one/],
    [
      'is older than remembered',
      { memory: { uid: 'one', revision: 51n } },
      'StoreSetBack',
      /50.*51.*snapshot/,
    ],
    ['is older than seen', { seen: 61n }, 'StoreSetBack', /revision 60 and was at 61/],
    [
      'was set back once more after it was confirmed',
      { memory: { uid: 'one', revision: 71n }, store: store('one', 50n, { uids: [], revision: 70n }) },
      'StoreSetBack',
      /remembers 71/,
    ],
  ])('stops everything when the store %s', (_what, more, reason, message) => {
    const freeze = freezeOf(facts(more));
    expect(freeze).toMatchObject({ reason });
    expect(freeze?.message).toMatch(message);
    expect(freeze?.message).toMatch(/Nothing is created, changed or removed\..*"hinge confirm"/);
  });

  it('says what would be removed', () => {
    const wiped = freezeOf(facts({ store: undefined, objects: new Set(['Router/a']) }));
    expect(wiped?.message).toMatch(
      /of the 3 services and 1 network that are there, 2 services would be removed.*\(hinge-host-e-x, hinge-router-b\), and the others and all links and access networks would be made anew/,
    );
    const back = freezeOf(facts({ memory: { uid: 'one', revision: 51n } }));
    expect(back?.message).toMatch(/no service would be removed, and networks that nothing needs/);
  });

  it('tells one situation from another, and knows the same again', () => {
    const ids = [
      facts({ store: undefined }),
      facts({ store: undefined, revision: 99n, objects: new Set() }),
      facts({ store: store('two', 70n) }),
      facts({ memory: { uid: 'one', revision: 51n } }),
      facts({ memory: { uid: 'one', revision: 52n } }),
    ].map((one) => freezeOf(one)?.id);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('the identity', () => {
  it.each([
    { what: 'without', adopted: NOTHING_ADOPTED },
    { what: 'with', adopted: { uids: ['a', 'b'], revision: 12n } },
  ])('reads back as it was written, $what something adopted', ({ adopted }) => {
    const createdAt = '2026-01-01T00:00:00Z';
    expect(decodeIdentity(encodeIdentity('u', createdAt, adopted))).toEqual({
      uid: 'u',
      createdAt,
      adopted,
    });
  });

  it.each(['', '{', '[]', '{"uid":7}', 'null'])('is none: %s', (value) => {
    expect(decodeIdentity(value)).toBeUndefined();
  });
});
