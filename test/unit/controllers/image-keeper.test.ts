import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../../src/api/object.ts';
import { ImageKeeper } from '../../../src/controllers/image-keeper.ts';
import { SecretBook } from '../../../src/controllers/secret-book.ts';
import type { Action, UnitDiff } from '../../../src/core/diff/action.ts';
import type { ObservedSwarmNode } from '../../../src/core/diff/observed.ts';
import { ObservedIndex } from '../../../src/core/diff/observed-index.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { DesiredContainer, DesiredWorkload } from '../../../src/core/plan/desired.ts';
import type { DesiredPull } from '../../../src/core/plan/desired-pull.ts';
import type { EngineHint, Fleet, NodeEngine, PullOptions } from '../../../src/ports/node-engine.ts';
import { quiet } from '../../support/quiet.ts';
import { Bench, router } from '../core/plan/bench.ts';
import { ManualClock, settle } from '../runtime/manual-clock.ts';

const PREFIX = '/hinge/secrets/';
const [plain] = new Bench().put(router('r1')).settle().desired.workloads;
if (plain === undefined) throw new Error('no workload');
const workload: DesiredWorkload = plain;
const [boxed] = new Bench().put(router('r2', { runtime: 'sandbox' })).settle().desired.workloads;
if (boxed?.container === undefined) throw new Error('no workload');
const sandboxed: DesiredWorkload = boxed;
const withPull = (pull: DesiredPull): DesiredWorkload => ({ ...workload, pull });

/** An engine that is asked, and told what it has. */
class Engine implements Pick<NodeEngine, 'imageId' | 'pull'> {
  has: 'yes' | 'no' | 'silent';
  asked = 0;
  readonly pulls: PullOptions[] = [];
  /** By pull: undefined: it is under way. */
  readonly endings: ((error?: Error) => void)[] = [];

  constructor(has: 'yes' | 'no' | 'silent') {
    this.has = has;
  }

  imageId(): Promise<string | undefined> {
    this.asked += 1;
    if (this.has === 'silent') return Promise.reject(new DockerError('timeout', 'no answer'));
    return Promise.resolve(this.has === 'yes' ? 'sha256:1' : undefined);
  }

  pull(_: string, options: PullOptions): Promise<void> {
    this.pulls.push(options);
    return new Promise((resolve, reject) => {
      this.endings.push((error) => {
        if (error === undefined) {
          this.has = 'yes';
          resolve();
        } else reject(error);
      });
    });
  }
}

function scene(engines: Readonly<Record<string, Engine>>) {
  const clock = new ManualClock();
  const woken: ObjectRef[] = [];
  const secrets = new SecretBook(PREFIX);
  const keeper = new ImageKeeper({
    clock,
    secrets,
    random: () => 0,
    logger: quiet,
    over: new AbortController().signal,
    maxAgeMs: 20_000,
    fleet: { engines: new Map(Object.entries(engines)) } as unknown as Fleet,
    enqueueOwner: (owner) => void woken.push(owner),
  });
  const nodes = Object.keys(engines).map((name): ObservedSwarmNode => ({
    id: name,
    name,
    state: 'ready',
    availability: 'active',
    manager: true,
  }));
  const index = new ObservedIndex({
    swarm: { ok: true, value: { services: [], networks: [], nodes } },
    nodes: new Map(
      Object.keys(engines).map((name) => [
        name,
        { ok: true, value: { containers: [], strangers: [], networks: [], otherNames: [] } } as const,
      ]),
    ),
  });
  const create: UnitDiff = {
    sequences: [[{ type: 'create-service', workload, managementId: 'm' }]],
    waits: [],
  };
  const reason = async (which = workload, diff = create): Promise<string | undefined> =>
    (await keeper.placing(which.key, which, diff, index)).wait?.reason;
  const hint = (about: EngineHint['about']): void => keeper.hinted({ node: 'a', about });
  return { clock, keeper, secrets, woken, index, create, reason, hint };
}

const NEVER = withPull({ policy: 'Never' });

describe('ImageKeeper', () => {
  it('lets a container be made whose image is there, and asks no more than it has to', async () => {
    const a = new Engine('yes');
    const { reason, clock, keeper } = scene({ a });
    expect(await reason()).toBeUndefined();
    expect(await reason()).toBeUndefined();
    expect(a.asked).toBe(1);
    await clock.advance(20_000);
    await reason();
    expect(a.asked).toBe(2);
    expect(a.pulls).toEqual([]);
    expect(keeper.isHeld(workload.key)).toBe(false);
  });

  it('holds back what no node has, and looks again as soon as an image comes', async () => {
    const a = new Engine('no');
    const { reason, woken, hint, keeper } = scene({ a });
    expect(await reason(NEVER)).toBe('ImageMissing');
    expect(keeper.isHeld(workload.key)).toBe(true);
    a.has = 'yes';
    expect(await reason(NEVER)).toBe('ImageMissing');
    expect(woken).toEqual([]);
    hint('containers');
    expect(woken).toEqual([]);
    hint('images');
    expect(woken).toEqual([workload.owner]);
    expect(await reason(NEVER)).toBeUndefined();
    hint('images');
    expect(woken).toHaveLength(1);
  });

  it('holds back nothing for a node that cannot be asked, and asks it again at once', async () => {
    const a = new Engine('silent');
    const { reason } = scene({ a });
    expect(await reason(NEVER)).toBeUndefined();
    a.has = 'no';
    expect(await reason(NEVER)).toBe('ImageMissing');
  });

  it("looks after a router's own container on the node of its sandbox, and lets what is in none go", async () => {
    const [a, b] = [new Engine('yes'), new Engine('no')];
    const { keeper, index } = scene({ a, b });
    const container = { ...sandboxed.container, image: 'hinge/other:1' } as DesiredContainer;
    const pull: DesiredPull = { policy: 'Never' };
    const gone = { type: 'remove-router', node: 'b', id: 'old', name: 'r2', fields: [] } as const;
    const make = (node: string): UnitDiff => ({
      sequences: [[gone, { type: 'create-router', node, sandbox: 's', container }]],
      waits: [],
    });
    const placing = (node: string): ReturnType<ImageKeeper['placing']> =>
      keeper.placing(sandboxed.key, { ...sandboxed, container, pull }, make(node), index);
    expect(await placing('a')).toEqual({ diff: make('a') });
    const { diff, wait } = await placing('b');
    expect(wait?.reason).toBe('ImageMissing');
    expect(wait?.message).toContain('hinge/other:1');
    expect(diff.sequences).toEqual([[gone]]);
  });

  it('looks for both images of a sandbox before its task is placed, and pulls only the one that is written', async () => {
    const a = new Engine('no');
    const { keeper, index } = scene({ a });
    const create: UnitDiff = {
      sequences: [[{ type: 'create-service', workload: sandboxed, managementId: 'm' }]],
      waits: [],
    };
    const { wait } = await keeper.placing(
      sandboxed.key,
      { ...sandboxed, pull: { policy: 'Never' } },
      create,
      index,
    );
    expect(wait?.reason).toBe('Pulling');
    expect(a.pulls).toHaveLength(1);
    expect(a.asked).toBe(2);
  });

  it('lets a router go on in its sandbox that is to become a task, and comes back in one whatever the sandbox waits for', async () => {
    const a = new Engine('no');
    const { keeper, index } = scene({ a });
    const update = (which: DesiredWorkload): Action => ({
      ...{
        type: 'update-service',
        id: 's',
        version: 1,
        workload: which,
        managementId: 'm',
        fields: ['image'],
      },
    });
    const leave: Action = { type: 'remove-router', node: 'a', id: 'old', name: 'r1', fields: [] };
    const again: Action = { type: 'start-router', node: 'a', id: 'old', name: 'r2' };
    const left = { sequences: [[leave], [update(NEVER)]], waits: [] };
    expect((await keeper.placing(NEVER.key, NEVER, left, index)).diff.sequences).toEqual([]);
    const boxed = { ...sandboxed, pull: NEVER.pull } as DesiredWorkload;
    const back = { sequences: [[again], [update(boxed)]], waits: [] };
    expect((await keeper.placing(boxed.key, boxed, back, index)).diff.sequences).toEqual([[again]]);
  });

  it('asks the registry for a router that is made otherwise, and not for one that comes back', async () => {
    const a = new Engine('yes');
    const { keeper, index } = scene({ a });
    const always: DesiredWorkload = { ...sandboxed, pull: { policy: 'Always' } };
    const { container } = always;
    if (container === undefined) throw new Error('no container');
    const make: Action = { type: 'create-router', node: 'a', sandbox: 's', container };
    const other: Action = { type: 'remove-router', node: 'a', id: 'old', name: 'r2', fields: ['image'] };
    const placing = async (...actions: readonly Action[]): Promise<string | undefined> =>
      (await keeper.placing(always.key, always, { sequences: [actions], waits: [] }, index)).wait?.reason;
    expect(await placing(make)).toBeUndefined();
    expect(await placing(other, make)).toBe('Pulling');
  });

  it('looks after a container that is to be replaced, and not after one that stays', async () => {
    const a = new Engine('no');
    const { reason } = scene({ a });
    const update = (fields: readonly string[]): UnitDiff => ({
      sequences: [[{ type: 'update-service', id: 's', version: 1, workload, managementId: 'm', fields }]],
      waits: [],
    });
    expect(await reason(NEVER, update(['memoryBytes']))).toBe('ImageMissing');
    expect(await reason(NEVER, update(['replicas']))).toBeUndefined();
    expect(await reason(NEVER, { sequences: [], waits: [] })).toBeUndefined();
  });

  it('has a missing image pulled in the background, tells how far it is, and goes on when it is there', async () => {
    const a = new Engine('no');
    const { reason, keeper, woken, index, create, clock } = scene({ a });
    expect(await reason()).toBe('Pulling');
    expect(await reason()).toBe('Pulling');
    expect(a.pulls).toHaveLength(1);
    a.pulls[0]?.progress('1 of 2 MB');
    await clock.advance(100);
    a.pulls[0]?.progress('2 of 2 MB');
    expect(woken).toHaveLength(1);
    const { wait } = await keeper.placing(workload.key, workload, create, index);
    expect(wait?.message).toContain('a: 2 of 2 MB');
    a.endings[0]?.();
    await settle();
    expect(woken).toHaveLength(2);
    expect(await reason()).toBeUndefined();
  });

  it('says what the registry said, and tries again later and later', async () => {
    const a = new Engine('no');
    const { reason, keeper, index, create, clock } = scene({ a });
    await reason();
    const what = 'a (unix:///x): pulling the image x/y:1: manifest unknown';
    a.endings[0]?.(new DockerError('rejected', `${what}; hinge tries again later`, { what }));
    await settle();
    const { wait } = await keeper.placing(workload.key, workload, create, index);
    expect(wait?.reason).toBe('ImageMissing');
    expect(wait?.message).toContain('(a: manifest unknown)');
    await clock.advance(10_000);
    expect(await reason()).toBe('Pulling');
    a.endings[1]?.(new Error('once more'));
    await settle();
    await clock.advance(10_000);
    expect(await reason()).toBe('ImageMissing');
    await clock.advance(10_000);
    expect(await reason()).toBe('Pulling');
  });

  it('shows the registry what the secret says, and says what is wrong with it', async () => {
    const a = new Engine('no');
    const { reason, secrets, keeper, index, create } = scene({ a });
    const secured = withPull({ policy: 'IfNotPresent', secret: 'hub' });
    const { wait } = await keeper.placing(secured.key, secured, create, index);
    expect(wait).toMatchObject({ reason: 'ImageMissing' });
    expect(wait?.message).toContain('there is no secret hub: etcdctl put /hinge/secrets/hub');
    expect(keeper.credentials(secured)).toBeUndefined();
    const value = JSON.stringify({ username: 'alice', password: 'hunter2' });
    secrets.read([{ key: `${PREFIX}hub`, value, createRevision: 1n, modRevision: 5n, leased: false }]);
    expect(await reason(secured)).toBe('Pulling');
    const alice = { username: 'alice', password: 'hunter2', server: 'docker.io' };
    expect(a.pulls[0]?.credentials).toEqual(alice);
    expect(keeper.credentials(secured)).toEqual(alice);
    expect(keeper.credentials(withPull({ policy: 'Never', secret: 'hub' }))).toBeUndefined();
  });

  it('has Always pull what is there, once for a container that is made', async () => {
    const a = new Engine('yes');
    const { reason, keeper, index } = scene({ a });
    const always = withPull({ policy: 'Always' });
    expect(await reason(always)).toBe('Pulling');
    a.endings[0]?.();
    await settle();
    expect(await reason(always)).toBeUndefined();
    expect(await keeper.restarting(always, index)).toBeUndefined();
    expect(a.pulls).toHaveLength(1);
  });

  it('finds out why Swarm cannot start a container again', async () => {
    const a = new Engine('no');
    const { keeper, index } = scene({ a });
    expect(await keeper.restarting(NEVER, index)).toMatchObject({ reason: 'ImageMissing' });
  });
});
