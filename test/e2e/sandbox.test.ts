import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_LABEL } from '../../src/core/plan/labels.ts';
import { crashInSandbox } from '../support/crash.ts';
import { hinge, type OperatorProcess } from '../support/operator.ts';
import { running } from '../support/running.ts';
import { measured, router, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

/** Seconds within which traffic is proven again after a router has died in its sandbox; the bound is for busy machines, what it took is printed. */
const BACK_S = 10;

describe('routers in sandboxes', () => {
  const testbed = useTestbed('/cell');
  const three = new ThreeRouters(testbed, 'cell', ['node1', 'node2', 'node3'], (document) =>
    running('sandbox', document),
  );
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await three.put();
  });

  /** Index and name of each interface in a router's network. */
  const interfaces = async (name: string): Promise<readonly string[]> => {
    const sandbox = await testbed.container(`sandbox/${name}`);
    const text = await sandbox.runOutside('ip', '-oneline', 'link', 'show');
    return text.split('\n').flatMap((line) => /^(\d+: [^:]+):/.exec(line)?.[1] ?? []);
  };

  it('are containers of their name, in the namespaces of their task', async () => {
    const found = await testbed.container('router/cell-middle');
    const { node, id } = found.found;
    const { socket, docker } = testbed.lab.node(node);
    const exec = ['exec', 'cell-middle', 'vtysh', '-c', 'show bgp summary json'];
    const { stdout } = await execa('docker', ['-H', `unix://${socket}`, ...exec]);
    expect(Object.keys(JSON.parse(stdout) as object)).toContain('ipv4Unicast');
    const sandbox = (await testbed.container('sandbox/cell-middle')).found;
    const { Config, HostConfig } = await docker.getContainer(id).inspect();
    expect(Config.Labels[SANDBOX_LABEL]).toBe(sandbox.id);
    expect([HostConfig.NetworkMode, HostConfig.PidMode]).toEqual(Array(2).fill(`container:${sandbox.id}`));
    expect(sandbox).toMatchObject({ node, endpoints: expect.any(Array) as unknown });
    const status = await testbed.status(router('cell-middle'));
    expect(status).toMatchObject({ node, container: id.slice(0, 12), task: sandbox.name.split('.').at(-1) });
    const shown = await hinge(testbed.env, ['console', 'cell-middle', 'hostname']);
    expect(shown.stdout.trim(), shown.stderr).toBe('cell-middle');
  });

  it('are back on the same wires when they have died', async () => {
    const before = await interfaces('cell-middle');
    expect(before.length).toBeGreaterThanOrEqual(4);
    const seconds = await three.recovered(await crashInSandbox(testbed, 'cell-middle', 2));
    measured(`a router killed in its sandbox, traffic again after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(BACK_S);
    expect(await interfaces('cell-middle')).toEqual(before);
    await three.whole();
  });

  it('are back without an operator', async () => {
    const before = await interfaces('cell-middle');
    expect(await operator.stop()).toBe(0);
    const seconds = await three.recovered(await crashInSandbox(testbed, 'cell-middle', 2));
    measured(
      `a router killed in its sandbox, traffic again without an operator after ${seconds.toFixed(1)} s`,
    );
    expect(seconds).toBeLessThan(BACK_S);
    expect(await interfaces('cell-middle')).toEqual(before);
    operator = await testbed.start('second');
    await three.whole();
  });

  it('end with their task, and come with the next', async () => {
    const names = ['sandbox/cell-middle', 'router/cell-middle'];
    const before = await three.containers();
    const sandbox = await testbed.container('sandbox/cell-middle');
    const since = performance.now();
    await sandbox.kill();
    await three.restarted(names, before, since);
    const seconds = await three.recovered(since);
    measured(`a sandbox killed, traffic again after ${seconds.toFixed(1)} s`);
    await three.whole();
    const routers = (await testbed.inventory()).containers.filter(({ workload }) => workload === names[1]);
    expect(routers.map(({ running: runs }) => runs)).toEqual([true]);
  });
});
