import { describe, expect, it } from 'vitest';
import type { ReplacementStatus } from '../../../../src/api/status.ts';
import type { Turn } from '../../../../src/core/diff/rolling.ts';
import { conditionsOf, found } from '../../../../src/core/status/conditions.ts';
import { routerBody, type RouterFacts, routerFindings } from '../../../../src/core/status/router.ts';
import { container } from '../../../support/observed.ts';
import { Bench, router } from '../plan/bench.ts';

const [workload] = new Bench().put(router('r1')).converge().desired.workloads;
const hash = workload?.setup.type === 'router' ? workload.setup.configuration.hash : '';
const NOW = '2026-01-01T00:00:00Z';

/** A router as declared. */
const facts: RouterFacts = {
  valid: found('Valid', 'Valid', ''),
  workload,
  task: { node: 'n1', container: container('router/r1') },
  placed: { node: 'n1', container: container('router/r1') },
  notRunning: undefined,
  endpoints: [],
  state: { ready: true, appliedHash: hash, drift: [], sessions: [], interfaces: [] },
  failure: undefined,
  diagnoses: [],
  turn: undefined,
  replacement: undefined,
  held: undefined,
};

const said = (more: Partial<RouterFacts>): readonly string[] =>
  conditionsOf(routerFindings({ ...facts, ...more }), [], { generation: 1, now: NOW })
    .filter(({ status, type }) => status !== 'True' || !['Valid', 'Attached', 'Established'].includes(type))
    .map(({ type, status, reason }) => `${type}=${status} ${reason}`);

const turn = (stalled: boolean): Turn => ({ reason: 'WaitingForTurn', message: 'Waiting for r0', stalled });
const replacement = (of: string): ReplacementStatus => ({
  since: NOW,
  container: of,
  fields: ['memoryBytes'],
  sessions: [],
});

describe('the conditions of a router', () => {
  it('are all True when it is as declared', () => {
    expect(said({})).toEqual(['Running=True Running', 'Configured=True Configured', 'Ready=True Ready']);
  });

  it('say of a router that is away from its sandbox that its links are there', () => {
    const notRunning = { reason: 'NameTaken', message: 'a container r1 is on n1' };
    const away = { placed: undefined, state: undefined, notRunning };
    expect(said(away)).toEqual([
      'Running=False NameTaken',
      'Configured=Unknown TaskNotRunning',
      'Ready=False NameTaken',
      'Reconciling=True NameTaken',
    ]);
    expect(said({ ...away, task: undefined })).toContain('Attached=Unknown TaskNotRunning');
  });

  it('say what its platform does otherwise, and are Ready all the same unless a line was left out', () => {
    const noting = (reason: 'ReleaseLacks' | 'BadLine') => {
      const platformNotes = [{ reason, message: 'VyOS 1.3 has none.' }];
      return said({ ...(workload !== undefined && { workload: { ...workload, platformNotes } }) });
    };
    expect(noting('ReleaseLacks')).toContain('Platform=False ReleaseLacks');
    expect(noting('ReleaseLacks')).toContain('Ready=True Ready');
    expect(noting('BadLine')).toContain('Ready=False BadLine');
  });

  it('keep it from being Ready while its old container waits for its turn', () => {
    const good = ['Running=True Running', 'Configured=True Configured', 'Ready=False WaitingForTurn'];
    expect(said({ turn: turn(false) })).toEqual([...good, 'Reconciling=True WaitingForTurn']);
    expect(said({ turn: turn(true) })).toEqual([...good, 'Stalled=True WaitingForTurn']);
  });

  it('say why a link cannot be plugged in, and of no other link', () => {
    const link = (
      name: string,
      failure: string | undefined,
      attached = false,
    ): RouterFacts['endpoints'][number] => ({
      network: `link/r1--${name}`,
      address: '10.0.0.2',
      attached,
      failure,
      rival: undefined,
    });
    const attached = (...endpoints: RouterFacts['endpoints']): unknown =>
      routerFindings({ ...facts, endpoints }).find(({ type }) => type === 'Attached');
    expect(
      attached(link('r2', 'address taken'), link('r3', undefined), link('r4', 'no', true)),
    ).toMatchObject({
      status: 'False',
      reason: 'PlugFailed',
      message: 'not plugged in yet: link/r1--r2 as 10.0.0.2 (address taken), link/r1--r3',
    });
    expect(attached(link('r2', undefined))).toMatchObject({ status: 'False', reason: 'Plugging' });
    expect(attached(link('r2', 'of another router', true))).toMatchObject({ status: 'True' });
    expect(
      attached({ ...link('r2', undefined, true), rival: 'somebody has it' }, link('r3', 'no')),
    ).toMatchObject({ status: 'False', reason: 'AddressTaken', message: 'somebody has it' });
  });

  it('do not speak of a container that leaves as of one that fails', () => {
    expect(said({ state: undefined, replacement: replacement('id-of-router/r1') })).toEqual([
      'Running=True Running',
      'Configured=Unknown Replacing',
      'Ready=False Replacing',
      'Reconciling=True Replacing',
    ]);
  });

  it('say what is missing after a replacement first, then that it goes on', () => {
    const notRunning = { reason: 'TaskFailed', message: 'No such image' };
    const down = { placed: undefined, state: undefined, notRunning, replacement: replacement('old') };
    expect(said(down)).toContain('Ready=False TaskFailed');
    expect(said({ replacement: replacement('old') })).toContain('Ready=False Replacing');
  });
});

describe('the status of a router', () => {
  it('remembers a replacement that is under way', () => {
    expect(routerBody({ ...facts, replacement: replacement('old') }, undefined, NOW).replacement).toEqual(
      replacement('old'),
    );
    expect(routerBody(facts, undefined, NOW)).not.toHaveProperty('replacement');
  });
});
