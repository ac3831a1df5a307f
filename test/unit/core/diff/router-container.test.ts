import { describe, expect, it } from 'vitest';
import { describeAction } from '../../../../src/core/diff/action.ts';
import { diffWorkload } from '../../../../src/core/diff/workload.ts';
import { impactOf } from '../../../../src/core/diff/impact.ts';
import { madeFrom } from '../../../../src/core/diff/made-from.ts';
import type { ObservedContainer, ObservedService } from '../../../../src/core/diff/observed.ts';
import { replacedFields } from '../../../../src/core/diff/rolling.ts';
import type { DesiredContainer } from '../../../../src/core/plan/desired.ts';
import {
  MADE_FROM_LABEL,
  ROUTER_LABEL,
  RUNTIME_LABEL,
  SANDBOX_LABEL,
  WORKLOAD_LABEL,
} from '../../../../src/core/plan/labels.ts';
import { container, network, scene, type Scene } from '../../../support/observed.ts';
import { Bench, router } from '../plan/bench.ts';

const KEY = 'router/r1';
const planOf = (spec: Record<string, unknown>) => new Bench().put(router('r1', spec)).converge().desired;
const plan = planOf({ runtime: 'sandbox' });
const [desired] = plan.workloads;
const own = desired?.container;
if (desired === undefined || own === undefined) throw new Error('the plan has no router in a sandbox');

const management = { ...network('management'), id: 'management-id' };
const service: ObservedService = {
  id: 'service-id',
  name: desired.service.name,
  version: 1,
  labels: desired.service.labels,
  updating: false,
  spec: {
    ...desired.service,
    containerLabels: desired.service.labels,
    replicas: 1,
    networks: [management.id],
  },
};

const sandbox = (id = 'sandbox-1', more: Partial<ObservedContainer> = {}): ObservedContainer =>
  container(KEY, [], { id, labels: { [WORKLOAD_LABEL]: KEY, [RUNTIME_LABEL]: 'sandbox' }, ...more });
const inside = (
  of: string,
  more: Partial<ObservedContainer> = {},
  made: DesiredContainer = own,
): ObservedContainer => ({
  ...container(KEY, [], { id: `router-in-${of}`, name: 'r1' }),
  labels: { [ROUTER_LABEL]: KEY, [SANDBOX_LABEL]: of, [MADE_FROM_LABEL]: madeFrom(made) },
  ...more,
});

const indexOf = (nodes: Scene['nodes'] & object, more: Partial<Scene> = {}) =>
  scene({ services: [service], networks: [management], nodes, ...more });
const needs = (
  nodes: Scene['nodes'] & object,
  more: Partial<Scene> = {},
  wanted = true,
): readonly string[] => {
  const { sequences, waits } = diffWorkload(KEY, wanted ? desired : undefined, indexOf(nodes, more));
  return [
    ...sequences.map((actions) => actions.map(describeAction).join('; ')),
    ...waits.map(({ reason }) => reason),
  ];
};

const CREATE = 'start router r1 in its sandbox on n1';
const REMOVE = 'remove router r1 from n1';

describe('what a router in a sandbox needs', () => {
  it('is to be made again, if it boots from files that it may lack, where others are just started', () => {
    const [booting] = planOf({ platform: 'vyos' }).workloads;
    const made = booting?.container;
    if (made === undefined) throw new Error('VyOS runs in no sandbox');
    expect(made).toMatchObject({ privileged: true, sharesProcesses: false, command: ['/sbin/init'] });
    const created = inside('sandbox-1', { running: false }, made);
    const [actions] = diffWorkload(KEY, booting, indexOf({ n1: [sandbox(), created] })).sequences;
    expect(actions?.map(({ type }) => type)).toContain('create-router');
    expect(needs({ n1: [sandbox(), inside('sandbox-1', { running: false })] })).toEqual([
      'start router r1 on n1 again',
    ]);
  });

  it.each<readonly [string, readonly string[], Scene['nodes'] & object]>([
    ['its container, when its sandbox is there', [CREATE], { n1: [sandbox()] }],
    ['nothing, while its sandbox is not there', [], { n1: [] }],
    ['nothing, when it runs there', [], { n1: [sandbox(), inside('sandbox-1')] }],
    [
      'to be started, when it stays ended',
      ['start router r1 on n1 again'],
      { n1: [sandbox(), inside('sandbox-1', { running: false })] },
    ],
    [
      'to go, when its sandbox has ended',
      [REMOVE],
      { n1: [sandbox('sandbox-1', { running: false }), inside('sandbox-1')] },
    ],
    ['to go, when its sandbox is unknown', [REMOVE], { n1: [inside('sandbox-1')] }],
    [
      'another one, when another sandbox is there',
      [`${REMOVE}; ${CREATE}`],
      { n1: [sandbox('sandbox-2'), inside('sandbox-1', { running: false })] },
    ],
    [
      'both side by side, when the other sandbox is elsewhere',
      ['remove router r1 from n2', CREATE],
      { n1: [sandbox()], n2: [inside('sandbox-0')] },
    ],
    [
      'its name back, when it was renamed',
      [`${REMOVE.replace('r1', 'x')}: name; ${CREATE}`],
      { n1: [sandbox(), inside('sandbox-1', { name: 'x' })] },
    ],
    ['nothing in a task that is not its sandbox yet', [], { n1: [container(KEY)] }],
  ])('is %s', (_, expected, nodes) => {
    expect(needs(nodes)).toEqual(expected);
  });

  it('is to go, and its service beside it, when nobody wants it', () => {
    const there = { n1: [sandbox(), inside('sandbox-1')] };
    expect(needs(there, {}, false)).toEqual([REMOVE, `remove service ${service.name}`]);
    expect(needs({ n1: [inside('sandbox-1')] }, { services: [] }, false)).toEqual([REMOVE]);
  });

  it('is to be started, but neither to go nor to be made anew, while the Swarm cannot be read', () => {
    const unread = { swarmError: 'no manager answers' };
    const running = { n1: [sandbox(), inside('sandbox-1')] };
    const other = { n1: [sandbox(), inside('sandbox-1', {}, { ...own, image: 'old:1' })] };
    const ended = { n1: [sandbox(), inside('sandbox-1', { running: false })] };
    expect(needs(running, unread, false)).toEqual(['SwarmUnreachable']);
    expect(needs(other, unread)).toEqual(['SwarmUnreachable']);
    expect(needs(ended, unread)).toEqual(['start router r1 on n1 again', 'SwarmUnreachable']);
  });

  it('is its name, which somebody else has', () => {
    expect(needs({ n1: [sandbox()] }, { otherNames: { n1: ['r1'] } })).toEqual(['NameTaken']);
    expect(needs({ n1: [sandbox(), container('router/r2', [], { name: 'r1' })] })).toEqual(['NameTaken']);
    expect(needs({ n1: [sandbox()] }, { otherNames: { n2: ['r1'] } })).toEqual([CREATE]);
  });

  it('is another container for another image, in its turn, and not while its sandbox is about to go', () => {
    const nodes = { n1: [sandbox(), inside('sandbox-1', {}, { ...own, image: 'old:1' })] };
    const diff = diffWorkload(KEY, desired, indexOf(nodes));
    expect(diff.sequences.map((actions) => actions.map(describeAction))).toEqual([
      [`${REMOVE}: image`, CREATE],
    ]);
    expect(replacedFields(diff)).toEqual(['image']);
    const updating = { services: [{ ...service, updating: true }] };
    expect(needs(nodes, updating)).toEqual([]);
  });
});

describe('where a router in a sandbox is', () => {
  it('is its own container, and its network the task', () => {
    const index = indexOf({ n1: [sandbox(), inside('sandbox-1')], n2: [inside('sandbox-0')] });
    expect(index.current(KEY)?.container.id).toBe('sandbox-1');
    expect(index.inside(KEY)?.container.id).toBe('router-in-sandbox-1');
    expect(index.isDown(KEY)).toBe(false);
  });

  it('is nowhere while that does not run', () => {
    expect(indexOf({ n1: [sandbox(), inside('sandbox-1', { running: false })] }).isDown(KEY)).toBe(true);
    expect(indexOf({ n1: [sandbox(), inside('sandbox-0')] }).isDown(KEY)).toBe(true);
  });

  it('lingers as long as its container does', () => {
    const index = indexOf({ n1: [inside('sandbox-1', { running: false })] }, { services: [] });
    expect(index.lingering()?.keys).toContain(KEY);
    expect(index.workloadKeys()).toContain(KEY);
  });
});

describe('what a change does to a router in a sandbox', () => {
  it('is to replace its container', () => {
    const { workloads } = impactOf(plan, planOf({ runtime: 'sandbox', image: 'new:1' }));
    expect(workloads).toMatchObject([
      { key: KEY, change: 'replaced', fields: [{ field: 'image', after: 'new:1' }] },
    ]);
  });

  it('is to replace its task, when the router becomes one', () => {
    const { workloads } = impactOf(plan, planOf({}));
    expect(workloads[0]?.change).toBe('replaced');
    expect(workloads[0]?.fields.map(({ field }) => field)).toContain('labels');
  });
});

describe('names of routers in sandboxes', () => {
  it('are the Routers’ own, but for names of one character, which Docker does not take', () => {
    const nameOf = (name: string): string | undefined =>
      new Bench().put(router(name, { runtime: 'sandbox' })).converge().desired.workloads[0]?.container?.name;
    expect([nameOf('vyos-57'), nameOf('a')]).toEqual(['vyos-57', 'hinge-a']);
  });
});
