import { beforeAll, describe, expect } from 'vitest';
import { crashInSandbox } from '../support/crash.ts';
import { hinge } from '../support/operator.ts';
import { textOf } from '../support/rollout.ts';
import { slow } from '../support/slow.ts';
import { running } from '../support/running.ts';
import { document, documentsIn, measured, router, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';
import { Traffic } from '../support/traffic.ts';

/** The same image under another name: a new release, as far as Docker can tell. */
const RELEASE = 'hinge/router-frr:next';

describe('routers in sandboxes that are changed', () => {
  const testbed = useTestbed('/upgrade');
  const three = new ThreeRouters(testbed, 'up', ['node1', 'node2', 'node3'], (written) =>
    running('sandbox', written),
  );
  const routers = ['up-left', 'up-middle', 'up-right'];

  beforeAll(async () => {
    for (const { docker } of testbed.lab.nodes)
      await docker.getImage('hinge/router-frr:1').tag({ repo: 'hinge/router-frr', tag: 'next' });
    await testbed.start();
    await three.put();
    return async () => {
      for (const { docker } of testbed.lab.nodes) await docker.getImage(RELEASE).remove();
    };
  });

  const specOf = (name: string, node: string, spec: object) =>
    document('Router', name, { runtime: 'sandbox', placement: { node }, ...spec });

  /** Addresses, and the kernel's numbers, of the interfaces that carry links. */
  const wires = async (name: string): Promise<string> => {
    const sandbox = await testbed.container(`sandbox/${name}`);
    return sandbox.runOutside('ip', '-4', '-oneline', 'address', 'show', 'scope', 'global');
  };

  slow('keep their wires through an upgrade, one at a time', async () => {
    const before = await three.containers();
    const wiredBefore = await Promise.all(routers.map(wires));
    const mark = await (await testbed.events()).mark();
    const next = routers.map((name, at) => specOf(name, `node${String(at + 1)}`, { image: RELEASE }));
    const said = await hinge(testbed.env, ['diff', '-f', '-'], textOf(next));
    expect(said.stdout).toContain(
      'router/up-middle is replaced: image hinge/router-frr:1 → hinge/router-frr:next',
    );
    expect(said.stdout).toMatch(
      /up-left – up-middle .*: reset, because the container of up-left is replaced \(image\)/,
    );
    const began = performance.now();
    await hinge(testbed.env, ['apply', '-f', '-'], textOf(next));
    const waiting = testbed.condition(router('up-right'), 'Reconciling', {
      status: 'True',
      reason: 'WaitingForTurn',
    });
    await waiting;
    await three.whole();
    measured(
      `three routers upgraded in their sandboxes in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    const after = await three.containers();
    for (const name of routers) {
      expect(after.get(`sandbox/${name}`), name).toBe(before.get(`sandbox/${name}`));
      expect(after.get(`router/${name}`), name).not.toBe(before.get(`router/${name}`));
    }
    expect(await Promise.all(routers.map(wires))).toEqual(wiredBefore);
    const seen = await testbed.events();
    const changed = seen.events
      .slice(mark, await seen.mark())
      .filter(({ what }) => /network (dis)?connect/.test(what));
    expect(changed.map(({ what, name }) => `${what} ${name}`)).toEqual([]);
  });

  slow('move with their task', async () => {
    const before = await three.containers();
    const began = performance.now();
    await testbed.put(specOf('up-middle', 'node1', {}));
    await three.restarted(['sandbox/up-middle', 'router/up-middle'], before, began);
    await three.whole();
    measured(`a router moved with its sandbox in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const found = (await testbed.inventory()).containers.filter(
      ({ workload }) => workload === 'router/up-middle',
    );
    expect(found.map(({ node, running: runs }) => [node, runs])).toEqual([['node1', true]]);
  });

  slow('become tasks, and sandboxes again', async () => {
    for (const runtime of ['task', 'sandbox']) {
      await testbed.put(document('Router', 'up-left', { runtime, placement: { node: 'node1' } }));
      await expect
        .poll(async () => (await testbed.containers()).has('sandbox/up-left'), { timeout: 60_000 })
        .toBe(runtime === 'sandbox');
      await three.whole();
    }
  });

  slow('say when their name is taken, and leave that alone', async () => {
    const { docker } = testbed.lab.node('node1');
    const foreign = await docker.createContainer({ name: 'up-other', Image: 'hinge/host:1' });
    const ref = router('up-other');
    try {
      await testbed.put(specOf('up-other', 'node1', {}));
      await testbed.condition(ref, 'Running', {
        status: 'False',
        reason: 'NameTaken',
        message: /^a container up-other, which is not of this testbed, is on node1: rename or remove it/,
      });
      expect((await foreign.inspect()).Config.Image).toBe('hinge/host:1');
    } finally {
      await foreign.remove({ force: true });
    }
    await testbed.ready([ref]);
  });
});

describe('Figure 3 in sandboxes', () => {
  const testbed = useTestbed('/cells');

  slow('comes up, is proven, is back from the death of a router, and leaves nothing', async () => {
    await testbed.start();
    const documents = (await documentsIn('examples/figure-3')).map((one) => running('sandbox', one));
    const refs = documents.map(({ ref }) => ref);
    await testbed.put(...documents);
    measured(`Figure 3 in sandboxes Ready after ${(await testbed.ready(refs)).toFixed(1)} s`);
    const found = await testbed.inventory();
    const own = found.containers.filter(({ workload }) => workload?.startsWith('router/') === true);
    expect(own.map(({ name }) => name).sort()).toEqual(
      Array.from({ length: 23 }, (_, index) => `vyos-${String(35 + index)}`),
    );
    const traffic = new Traffic(testbed, 'fig3/a', 'fig3/b');
    const hops = await traffic.hops();
    expect(hops).toHaveLength(24);
    const since = await crashInSandbox(testbed, 'vyos-45', 2);
    const seconds = await traffic.recovered(hops, since, 60_000);
    measured(`a router of Figure 3 killed in its sandbox, traffic again after ${seconds.toFixed(1)} s`);
    await testbed.ready(refs);
    await testbed.del(...refs);
    measured(`Figure 3 in sandboxes gone after ${(await testbed.gone(refs)).toFixed(1)} s`);
    await testbed.cleared();
  });
});
