import Table from 'cli-table3';
import { z } from 'zod';
import { LabError } from './errors.ts';
import { listImages } from './images.ts';
import { Lab } from './lab.ts';
import { LabLayout } from './layout.ts';
import type { EngineState, LabNode } from './node.ts';
import { swarmInfo } from './swarm.ts';
import { within } from './wait.ts';

export interface NodeStatus {
  readonly name: string;
  readonly address: string;
  readonly socket: string;
  readonly pid: number | undefined;
  readonly engine: EngineState | 'no answer';
  /** Its role, or the state of an engine that has none. */
  readonly swarm: string;
  /** In the Swarm's own words, such as that it has no leader. */
  readonly problem: string | undefined;
  readonly containers: number | undefined;
  readonly images: readonly string[];
}

export interface LabStatus {
  readonly dir: string;
  /** Every engine is a member of the Swarm, and etcd answers. */
  readonly up: boolean;
  readonly nodes: readonly NodeStatus[];
  readonly etcd:
    { readonly endpoint: string; readonly pid: number | undefined; readonly state: string } | undefined;
}

/** What is there and how it is. Never fails because something is down: that is what it is asked for. */
export async function labStatus(dir: string): Promise<LabStatus> {
  const lab = openIfAny(dir);
  if (lab === undefined) return { dir: new LabLayout(dir).dir, up: false, nodes: [], etcd: undefined };
  const nodes = await Promise.all(lab.nodes.map((node) => nodeStatus(node)));
  const { endpoint, pid, state } = lab.etcd;
  const etcd = {
    endpoint,
    pid,
    state: state === 'running' && !(await lab.etcd.isHealthy()) ? 'no answer' : state,
  };
  const up = etcd.state === 'running' && nodes.every((node) => isMember(node));
  return { dir: lab.dir, up, nodes, etcd };
}

export function formatStatus(status: LabStatus): string {
  if (status.etcd === undefined) return `there is no lab in ${status.dir}\n`;
  const table = new Table({
    head: ['NAME', 'STATE', 'PID', 'SWARM', 'CONTAINERS', 'ADDRESS'],
    style: { head: [], border: [], compact: true },
    chars: noBorders,
  });
  for (const node of status.nodes) {
    table.push([node.name, node.engine, node.pid ?? '-', node.swarm, node.containers ?? '-', node.address]);
  }
  table.push(['etcd', status.etcd.state, status.etcd.pid ?? '-', '-', '-', status.etcd.endpoint]);
  const problems = status.nodes.map(({ name, problem }) =>
    problem === undefined ? '' : `${name}: ${problem}\n`,
  );
  const images = [...new Set(status.nodes.flatMap((node) => node.images))].sort().map((tag) => {
    const lacking = status.nodes.filter((node) => !node.images.includes(tag)).map((node) => node.name);
    return `image ${tag}${lacking.length === 0 ? '' : ` (not on ${lacking.join(', ')})`}\n`;
  });
  const verdict = status.up ? 'up' : 'not all up; npm run lab -- up repairs it';
  return [table.toString(), '\n', ...images, ...problems, status.dir, ': ', verdict, '\n'].join('');
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [side + part, '']),
  ),
);

const containerList = z.array(z.unknown());

async function nodeStatus(node: LabNode): Promise<NodeStatus> {
  const { name, address, socket, pid, state } = node;
  const rest = { swarm: '-', problem: undefined, containers: undefined, images: [] };
  const silent = { name, address, socket, pid, engine: state, ...rest };
  if (state !== 'running') return silent;
  try {
    const call = Promise.all([swarmInfo(node), listImages(node), node.docker.listContainers()]);
    const [swarm, images, containers] = await within(3000, name, call);
    const role = swarm.ControlAvailable ? 'manager' : 'worker';
    return {
      ...silent,
      swarm: swarm.LocalNodeState === 'active' ? role : swarm.LocalNodeState,
      problem: swarm.Error ? swarm.Error : undefined,
      containers: containerList.parse(containers).length,
      images: images.flatMap((image) => image.tags),
    };
  } catch {
    return { ...silent, engine: 'no answer' };
  }
}

function isMember(node: NodeStatus): boolean {
  return (node.swarm === 'manager' || node.swarm === 'worker') && node.problem === undefined;
}

function openIfAny(dir: string): Lab | undefined {
  try {
    return Lab.open(dir);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}
