import { describe, expect, it } from 'vitest';
import { bootFiles, isPlugging, untilPlugged } from '../../../src/controllers/boot.ts';
import { SecretBook } from '../../../src/controllers/secret-book.ts';
import { Testbed } from '../../../src/controllers/testbed.ts';
import type { CreateRouter, UnitDiff } from '../../../src/core/diff/action.ts';
import type { RouterInterface } from '../../../src/core/diff/observed-router.ts';
import type { DeviceConsole } from '../../../src/ports/device-console.ts';
import { ROUTER_LABEL, RUNTIME_LABEL, SANDBOX_LABEL, WORKLOAD_LABEL } from '../../../src/core/plan/labels.ts';
import { container, endpoint, network, scene } from '../../support/observed.ts';
import { Bench, path, router } from '../core/plan/bench.ts';

const KEY = 'router/r1';
const decided = new Bench()
  .put(router('r1', { platform: 'vyos' }), router('r2'), path('p', ['r1', 'r2']))
  .converge();
const testbed = new Testbed();
testbed.decided(decided, new Map());
const own = testbed.desired.workloads.get(KEY)?.container;
if (own === undefined) throw new Error('the plan has no router in a sandbox');
const create: CreateRouter = { type: 'create-router', node: 'n1', sandbox: 's1', container: own };

describe('what a router boots from', () => {
  const filesWith = (interfaces: readonly RouterInterface[], action = create) => {
    const devices = { interfaces: () => Promise.resolve(interfaces) } as unknown as DeviceConsole;
    return bootFiles({ testbed, devices, secrets: new SecretBook('/hinge/secrets/') }, action);
  };
  const textOf = async (...interfaces: readonly RouterInterface[]): Promise<string> => {
    const found = (await filesWith(interfaces)).find(({ path: at }) => at.endsWith('config.boot'));
    return found?.type === 'file' ? found.text : '';
  };

  it('has the interfaces that are in its network', async () => {
    const [end] = testbed.desired.networksOf(KEY)[0]?.endpoints ?? [];
    const link = { name: 'eth5', address: `${end?.address ?? ''}/27`, mac: '' };
    expect(await textOf(link)).toContain('ethernet eth5 {');
    expect(await textOf()).not.toContain('ethernet');
  });

  it('is nothing for routers that are configured while they run', async () => {
    const { boots: _, ...plain } = own;
    expect(await filesWith([], { ...create, container: plain })).toEqual([]);
  });
});

describe('the first start of a router that boots', () => {
  const diff: UnitDiff = { sequences: [[create]], waits: [] };
  const [link] = testbed.desired.networksOf(KEY);
  if (link === undefined) throw new Error('the plan has no link');
  const there = network(link.key, link.name);
  const plugged = link.endpoints.find(({ workload }) => workload === KEY)?.address ?? '';
  const sandbox = { [WORKLOAD_LABEL]: KEY, [RUNTIME_LABEL]: 'sandbox' };
  const held = (sandboxMs: number | undefined, isPlugged = false, ownIn?: string): boolean => {
    const endpoints = isPlugged ? [endpoint(there, plugged)] : [];
    const inside = { [ROUTER_LABEL]: KEY, [SANDBOX_LABEL]: ownIn ?? '' };
    const n1 = [
      container(KEY, endpoints, { id: 's1', labels: sandbox }),
      ...(ownIn === undefined ? [] : [container(KEY, [], { id: 'own', labels: inside })]),
    ];
    const index = scene({ networks: [there], nodes: { n1 } });
    return isPlugging(untilPlugged(KEY, diff, { testbed, index, sandboxMs }));
  };

  it('waits for its links, for some time', () => {
    expect(held(0)).toBe(true);
    expect(held(9_999)).toBe(true);
    expect(held(10_000)).toBe(false);
    expect(held(undefined)).toBe(false);
    expect(held(0, true)).toBe(false);
    // One that was in the sandbox before this one does not count.
    expect(held(0, false, 's0')).toBe(true);
    expect(held(0, false, 's1')).toBe(false);
  });
});
