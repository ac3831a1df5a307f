import { describe, expect, it } from 'vitest';
import { describeAction, type UnitDiff } from '../../../../src/core/diff/action.ts';
import { diffNetwork } from '../../../../src/core/diff/network.ts';
import {
  container,
  desiredNetwork,
  endpoint,
  helper,
  network,
  scene,
  type Scene,
} from '../../../support/observed.ts';

const KEY = 'link/r1--r2';
const there = network(KEY);
const desired = desiredNetwork(KEY, [
  { workload: 'router/r1', address: '10.1.0.2' },
  { workload: 'router/r2', address: '10.1.0.3' },
]);
const wanted = new Set(['router/r1', 'router/r2']);
const at = (address: string): ReturnType<typeof endpoint> => endpoint(there, address);

const said = (diff: UnitDiff): readonly (readonly string[])[] => [
  ...diff.sequences.map((sequence) => sequence.map(describeAction)),
  ...diff.waits.map((wait) => [wait.reason]),
];

describe('a network that should be there', () => {
  it('is created when it is missing', () => {
    const index = scene({ nodes: { n1: [] } });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([
      [`create network ${KEY}-1 (10.1.0.0/24)`],
    ]);
  });

  it('is brought onto each node by the helper, then plugged in, the nodes side by side', () => {
    const index = scene({
      networks: [there],
      nodes: { n1: [container('router/r1'), helper('n1')], n2: [container('router/r2'), helper('n2')] },
    });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([
      [`plug ${KEY}-1 into helper on n1`, `plug ${KEY}-1 into router/r1 on n1 as 10.1.0.2`],
      [`plug ${KEY}-1 into helper on n2`, `plug ${KEY}-1 into router/r2 on n2 as 10.1.0.3`],
    ]);
  });

  it('needs the helper of a node once when both ends are there', () => {
    const index = scene({
      networks: [there],
      nodes: { n1: [container('router/r1'), container('router/r2'), helper('n1')] },
    });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([
      [
        `plug ${KEY}-1 into helper on n1`,
        `plug ${KEY}-1 into router/r1 on n1 as 10.1.0.2`,
        `plug ${KEY}-1 into router/r2 on n1 as 10.1.0.3`,
      ],
    ]);
  });

  it('is left alone when it is as it should be', () => {
    const index = scene({
      networks: [there],
      nodes: {
        n1: [container('router/r1', [at('10.1.0.2')]), helper('n1', [at('10.1.0.200')])],
        n2: [container('router/r2', [at('10.1.0.3')]), helper('n2', [at('10.1.0.201')])],
      },
    });
    expect(diffNetwork(KEY, desired, index, wanted)).toEqual({ sequences: [], waits: [] });
  });

  it('waits for a task and for a helper, each said', () => {
    const index = scene({ networks: [there], nodes: { n1: [container('router/r1')] } });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([['HelperMissing'], ['TaskNotRunning']]);
  });

  it('is the one of before a wipe of the store, if it is that which all services name', () => {
    const before = { ...network('management', 'before'), subnet: '10.1.0.0/24' };
    const after = { ...desiredNetwork('management', [], 'after'), purpose: 'management' as const };
    const index = scene({ networks: [before], nodes: { n1: [] } });
    expect(diffNetwork('management', after, index, wanted)).toEqual({ sequences: [], waits: [] });
    const elsewhere = { ...after, subnet: '10.2.0.0/24' };
    expect(said(diffNetwork('management', elsewhere, index, wanted))).toEqual([['remove network before']]);
  });

  it('leaves an address alone that somebody else has on any node, and says who', () => {
    const stranger = container('', [at('10.1.0.2')], { name: 'theirs', labels: {} });
    const index = scene({
      networks: [there],
      nodes: {
        n1: [container('router/r1'), helper('n1')],
        n2: [container('router/r2'), helper('n2')],
        n3: [],
      },
      strangers: { n3: [stranger] },
    });
    const diff = diffNetwork(KEY, desired, index, wanted);
    expect(said(diff)).toEqual([
      [`plug ${KEY}-1 into helper on n2`, `plug ${KEY}-1 into router/r2 on n2 as 10.1.0.3`],
      ['AddressTaken'],
    ]);
    expect(diff.waits[0]?.message).toMatch(
      /^container theirs on n3, which is not of this testbed, has 10\.1\.0\.2 /,
    );
  });

  it('takes nothing from a router whose address somebody else has, too', () => {
    const stranger = container('', [at('10.1.0.2')], { name: 'theirs', labels: {} });
    const index = scene({
      networks: [there],
      nodes: {
        n1: [container('router/r1', [at('10.1.0.2')]), helper('n1', [at('10.1.0.200')])],
        n2: [container('router/r2', [at('10.1.0.3')]), helper('n2', [at('10.1.0.201')])],
      },
      strangers: { n2: [stranger] },
    });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([['AddressTaken']]);
  });

  it('takes a static address away from the container that had it before', () => {
    const old = container('router/r1', [at('10.1.0.2')], { id: 'old', created: 1 });
    const index = scene({
      networks: [there],
      nodes: {
        n1: [old, helper('n1', [at('10.1.0.200')])],
        n2: [
          container('router/r1', [], { id: 'new', created: 2 }),
          container('router/r2', [at('10.1.0.3')]),
          helper('n2', [at('10.1.0.201')]),
        ],
      },
    });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([
      [`unplug ${KEY}-1 from router/r1 on n1`, `plug ${KEY}-1 into router/r1 on n2 as 10.1.0.2`],
    ]);
  });

  it('is unplugged once from a workload that stays elsewhere, whether or not its address is to be had', () => {
    const before = container('router/r0', [at('10.1.0.2')], { id: 'before' });
    const leaving = container('router/gone', [at('10.1.0.9')]);
    const dead = { ...container('router/r0', [at('10.1.0.2')], { id: 'dead' }), running: false };
    const end = (...endpoints: ReturnType<typeof endpoint>[]): Scene => ({
      networks: [there],
      nodes: {
        n1: [before, leaving, dead, helper('n1', [at('10.1.0.200')])],
        n2: [
          container('router/r1', endpoints),
          container('router/r2', [at('10.1.0.3')]),
          helper('n2', [at('10.1.0.201')]),
        ],
      },
    });
    const all = new Set([...wanted, 'router/r0']);
    expect(said(diffNetwork(KEY, desired, scene(end()), all))).toEqual([
      [`unplug ${KEY}-1 from router/r0 on n1`, `plug ${KEY}-1 into router/r1 on n2 as 10.1.0.2`],
    ]);
    // When r1 was plugged in, n1 could not be read.
    expect(said(diffNetwork(KEY, desired, scene(end(at('10.1.0.2'))), all))).toEqual([
      [`unplug ${KEY}-1 from router/r0 on n1`],
    ]);
  });

  it('keeps whom Swarm attached, if it is for management', () => {
    const index = scene({
      networks: [there],
      nodes: { n1: [container('router/r1', [at('10.1.0.2')]), helper('n1')] },
    });
    const management = { ...desiredNetwork(KEY, []), purpose: 'management' as const };
    expect(said(diffNetwork(KEY, management, index, wanted))).toEqual([]);
  });

  it('corrects a wrong address', () => {
    const index = scene({
      networks: [there],
      nodes: {
        n1: [
          container('router/r1', [at('10.1.0.9')]),
          container('router/r2', [at('10.1.0.3')]),
          helper('n1', [at('10.1.0.200')]),
        ],
      },
    });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([
      [`unplug ${KEY}-1 from router/r1 on n1`, `plug ${KEY}-1 into router/r1 on n1 as 10.1.0.2`],
    ]);
  });

  it('leaves a node that has no endpoint any more, unless the Swarm calls it down', () => {
    const moved: Scene = {
      networks: [there],
      nodes: {
        n1: [
          container('router/r1', [at('10.1.0.2')]),
          container('router/r2', [at('10.1.0.3')]),
          helper('n1', [at('10.1.0.200')]),
        ],
        n2: [helper('n2', [at('10.1.0.201')])],
      },
    };
    expect(said(diffNetwork(KEY, desired, scene(moved), wanted))).toEqual([
      [`unplug ${KEY}-1 from helper on n2`],
    ]);
    expect(said(diffNetwork(KEY, desired, scene({ ...moved, lost: ['n2'] }), wanted))).toEqual([]);
  });

  it('is on the node where a container ended before the next one runs there', () => {
    const ended = container('router/r2', [], { running: false });
    const ending: Scene = {
      networks: [there],
      nodes: {
        n1: [container('router/r1', [at('10.1.0.2')]), helper('n1', [at('10.1.0.200')])],
        n2: [ended, helper('n2')],
      },
    };
    expect(said(diffNetwork(KEY, desired, scene(ending), wanted))).toEqual([
      [`plug ${KEY}-1 into helper on n2`],
      ['TaskNotRunning'],
    ]);
    expect(said(diffNetwork(KEY, desired, scene({ ...ending, lost: ['n2'] }), wanted))).toEqual([
      ['TaskNotRunning'],
    ]);
  });

  it('replaces one of another name only after that is gone, since both have the subnet', () => {
    const old = network(KEY, `${KEY}-0`);
    const index = scene({ networks: [old], nodes: { n1: [] } });
    expect(said(diffNetwork(KEY, desired, index, wanted))).toEqual([[`remove network ${KEY}-0`]]);
  });
});

describe('a network that should be gone', () => {
  it('is unplugged from workloads that stay, then from helpers, then removed, then looked for on every node', () => {
    const staying = container('router/r1', [at('10.1.0.2')]);
    const steps = [
      scene({ networks: [there], nodes: { n1: [staying, helper('n1', [at('10.1.0.200')])] } }),
      scene({ networks: [there], nodes: { n1: [container('router/r1'), helper('n1', [at('10.1.0.200')])] } }),
      scene({ networks: [there], nodes: { n1: [container('router/r1'), helper('n1')] } }),
      scene({ networks: [], local: [there], nodes: { n1: [] } }),
      scene({ nodes: { n1: [] } }),
    ];
    expect(steps.map((index) => said(diffNetwork(KEY, undefined, index, new Set(['router/r1']))))).toEqual([
      [[`unplug ${KEY}-1 from router/r1 on n1`]],
      [[`unplug ${KEY}-1 from helper on n1`]],
      [[`remove network ${KEY}-1`]],
      [['LocalCopy']],
      [],
    ]);
  });

  it('waits for workloads that go by themselves', () => {
    const leaving = container('router/r1', [at('10.1.0.2')]);
    const index = scene({ networks: [there], nodes: { n1: [leaving, helper('n1', [at('10.1.0.200')])] } });
    expect(said(diffNetwork(KEY, undefined, index, new Set()))).toEqual([['ContainerLeaving']]);
  });

  it('is not removed while a node cannot be read: an error is not "absent"', () => {
    const index = scene({ networks: [there], nodes: { n1: [], n2: 'no answer within 10 s' } });
    expect(said(diffNetwork(KEY, undefined, index, new Set()))).toEqual([['NodeUnreachable']]);
  });
});
