import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../../deploy/lab/lab.ts';
import { labNamespaces } from '../../deploy/lab/network.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { formatStatus, labStatus } from '../../deploy/lab/status.ts';
import { swarmInfo } from '../../deploy/lab/swarm.ts';
import { eventually } from '../support/eventually.ts';
import { tracesOf } from './traces.ts';

const minute = 60_000;
const scratch = mkdtempSync(join(tmpdir(), 'hinge-lab-test-'));
const dir = join(scratch, 'first');
const second = join(scratch, 'second');

/** What changes when something was started anew. */
function pidsOf(lab: Lab): (number | undefined)[] {
  return [lab.etcd.pid, ...lab.nodes.flatMap((node) => [node.init, node.pid])];
}

/** All that an image needs to run the machine's own programs, with /usr mounted into it. */
function topLevelLinks(): string[] {
  return ['bin', 'sbin', 'lib', 'lib64'].filter((name) => lstatSync(`/${name}`).isSymbolicLink());
}

async function machineInterfaces(): Promise<string> {
  const { stdout } = await execa('ip', ['-brief', 'link']);
  return stdout;
}

describe('a lab of two nodes', { timeout: 2 * minute }, () => {
  let lab: Lab;
  let node1: LabNode;
  let node2: LabNode;
  let interfacesBefore: string;

  beforeAll(async () => {
    interfacesBefore = await machineInterfaces();
    lab = await Lab.up({ dir, nodes: 2, tell: (line) => process.stdout.write(`${line}\n`) });
    node1 = lab.node('node1');
    node2 = lab.node('node2');
    // Longer than an engine may take to answer, whose log then says more than this.
  }, 3 * minute);

  afterAll(async () => {
    await Lab.down(dir);
    await Lab.down(second);
    rmSync(scratch, { recursive: true, force: true });
  }, minute);

  it('is one Swarm, seen as up', async () => {
    const infos = await Promise.all(lab.nodes.map((node) => swarmInfo(node)));
    expect(infos.map((info) => [info.LocalNodeState, info.ControlAvailable])).toEqual([
      ['active', true],
      ['active', false],
    ]);
    const status = await labStatus(dir);
    expect(status.up).toBe(true);
    expect(formatStatus(status)).toContain('node2');
  });

  it('has no way out, and touches no interface of the machine', async () => {
    const namespaces = labNamespaces(lab.layout);
    expect(namespaces).toHaveLength(3);
    for (const netns of namespaces) {
      for (const family of ['-4', '-6']) {
        const { stdout } = await execa('ip', ['-n', netns, family, 'route', 'show', 'default']);
        expect(stdout).toBe('');
      }
    }
    // 198.51.100.0/24 is for documentation: nobody is there, were there a way.
    const outside = await node1.exec(['ip', 'route', 'get', '198.51.100.1'], { mayFail: true });
    expect(outside.stderr).toContain('unreachable');
    expect(await machineInterfaces()).toBe(interfacesBefore);
  });

  it('lets nodes reach each other until a cable is pulled', async () => {
    const ping = async (): Promise<number> =>
      (await node1.exec(['ping', '-c1', '-W1', node2.address], { mayFail: true })).exitCode;
    expect(await ping()).toBe(0);
    await node2.disconnect();
    expect(await ping()).toBe(1);
    await node2.connect();
    await eventually(async () => expect(await ping()).toBe(0), {
      timeoutMs: 5000,
      message: 'the cable is back',
    });
  });

  it('gives etcdctl and hinge what they need by sourcing its env file', async () => {
    const script = '. "$0"; etcdctl put greeting hello >/dev/null; etcdctl get --print-value-only greeting';
    const { stdout } = await execa('sh', ['-c', script, lab.layout.envFile]);
    expect(stdout).toBe('hello');
    expect(lab.env['HINGE_NODES']).toBe(`node1=unix://${node1.socket},node2=unix://${node2.socket}`);
    expect(readFileSync(lab.layout.envFile, 'utf8')).toContain(`HINGE_ETCD_ENDPOINTS=${lab.etcdEndpoint}\n`);
  });

  it('changes nothing when it is brought up again', async () => {
    const before = pidsOf(lab);
    expect(before).not.toContain(undefined);
    await Lab.up({ dir });
    expect(pidsOf(lab)).toEqual(before);
  });

  it('loads an image into every node, once, and a service starts from it at once', async () => {
    const [archive, root] = [join(scratch, 'tiny.tar'), join(scratch, 'root.tar')];
    await execa('tar', ['-C', '/', '-cf', root, ...topLevelLinks()]);
    const imported = await node1.docker.importImage(createReadStream(root), { repo: 'tiny', tag: '1' });
    await once(imported.resume(), 'end');
    await pipeline(await node1.docker.getImage('tiny:1').get(), createWriteStream(archive));
    await lab.loadImages([{ path: archive }]);
    const images = await Promise.all(lab.nodes.map((node) => node.docker.getImage('tiny:1').inspect()));
    expect(images[0]?.Id).toBe(images[1]?.Id);

    await node1.docker.createService({
      Name: 'tiny',
      TaskTemplate: {
        ContainerSpec: {
          Image: 'tiny:1',
          Command: ['sleep', 'infinity'],
          Mounts: [{ Type: 'bind', Source: '/usr', Target: '/usr', ReadOnly: true }],
        },
      },
    });
    await eventually(
      async () => {
        const tasks = await node1.docker.listTasks({ filters: { service: ['tiny'] } });
        expect(tasks.map((task: { Status?: { State?: string } }) => task.Status?.State)).toEqual(['running']);
      },
      { timeoutMs: 5000, message: 'the task runs without asking a registry' },
    );
  });

  it('has an engine back in the Swarm after it was killed', async () => {
    const before = node2.pid;
    await node2.kill();
    expect(node2.state).toBe('stopped');
    expect((await labStatus(dir)).up).toBe(false);
    await node2.start();
    expect(node2.pid).not.toBe(before);
    expect((await swarmInfo(node2)).LocalNodeState).toBe('active');
  });

  it('tells a hanging engine from one that runs', async () => {
    await node2.pause();
    expect(node2.state).toBe('paused');
    expect(await node2.answers()).toBe(false);
    node2.resume();
    expect(await node2.answers()).toBe(true);
  });

  it('is repaired by another up', async () => {
    await lab.etcd.kill();
    await node2.powerOff();
    expect([lab.etcd.state, node2.state]).toEqual(['stopped', 'off']);
    await Lab.up({ dir });
    expect((await labStatus(dir)).up).toBe(true);
  });

  it('loses all data of etcd by a wipe, and not its endpoint', async () => {
    await lab.etcd.wipe();
    const { stdout } = await execa('etcdctl', ['get', '--prefix', ''], { env: { ...lab.env } });
    expect(stdout).toBe('');
  });

  it('lives beside another lab, which leaves nothing even if its namespaces have lost their names', async () => {
    const before = pidsOf(lab);
    const other = await Lab.up({ dir: second, nodes: 1 });
    expect(other.layout.id).not.toBe(lab.layout.id);
    expect(other.etcdEndpoint).not.toBe(lab.etcdEndpoint);
    for (const name of labNamespaces(other.layout)) await execa('ip', ['netns', 'delete', name]);
    await other.down();
    expect(tracesOf(second)).toEqual([]);
    expect(pidsOf(lab)).toEqual(before);
    expect((await labStatus(dir)).up).toBe(true);
  });

  it('leaves nothing when it is taken down, with containers running', async () => {
    const running = async (): Promise<number> =>
      Math.max(...(await labStatus(dir)).nodes.map((node) => node.containers ?? 0));
    await eventually(async () => expect(await running()).toBe(1), {
      timeoutMs: 20_000,
      message: 'a task runs',
    });
    expect(tracesOf(dir).join('\n')).toMatch(/network namespace[^]*process[^]*control group[^]*directory/);
    await lab.down();
    expect(tracesOf(dir)).toEqual([]);
    expect(await machineInterfaces()).toBe(interfacesBefore);
    expect(existsSync(dir)).toBe(false);
    await Lab.down(dir);
  });
});
