import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from './errors.ts';
import { netnsRoot, type LabLayout, type NodeLayout } from './layout.ts';
import { run } from './run.ts';
import { allSettled } from './wait.ts';

/**
 * The lab's wires: a namespace per node, and one more with the bridge that joins them. The pairs of interfaces are made
 * inside those namespaces, so the machine's own never sees one, and no namespace has a way out.
 */
export async function connectNodes(layout: LabLayout, nodes: readonly NodeLayout[]): Promise<void> {
  const hub = layout.switchNetns;
  dropDeadNames(layout);
  const missing = [hub, ...nodes.map((node) => node.netns)].filter((name) => !existsSync(nameFile(name)));
  await batch(
    undefined,
    missing.map((name) => `netns add ${name}`),
  );
  if (missing.includes(hub)) {
    await batch(hub, [
      'link set lo up',
      'link add bridge type bridge mcast_snooping 0',
      'link set bridge up',
    ]);
  }
  const unwired = await allSettled(
    nodes.map(async (node) => ((await hasInterface(node.netns)) ? [] : [node])),
  );
  await batch(
    hub,
    unwired.flat().map((node) => `link add ${node.name} type veth peer name eth0 netns ${node.netns}`),
  );
  await batch(
    hub,
    nodes.map((node) => `link set ${node.name} master bridge up`),
  );
  await allSettled(
    nodes.map((node) =>
      batch(node.netns, ['link set lo up', `addr replace ${node.address}/24 dev eth0`, 'link set eth0 up']),
    ),
  );
}

/** Takes the node's cable out of the switch, or puts it back. */
export async function setCable(layout: LabLayout, node: NodeLayout, plugged: boolean): Promise<void> {
  await batch(layout.switchNetns, [`link set ${node.name} ${plugged ? 'up' : 'down'}`]);
}

/** The namespaces that are there, whatever made them or failed to take them away. */
export function labNamespaces(layout: LabLayout): string[] {
  if (!existsSync(netnsRoot)) return [];
  return readdirSync(netnsRoot).filter((name) => name.startsWith(layout.netnsPrefix));
}

export async function removeNamespaces(layout: LabLayout): Promise<void> {
  dropDeadNames(layout);
  await batch(
    undefined,
    labNamespaces(layout).map((name) => `netns delete ${name}`),
  );
}

const routesReply = z.array(z.object({ dst: z.string(), gateway: z.string().optional() }));

/**
 * Test traffic must not leave the machine, so this is checked and not merely intended: no namespace of the lab has a
 * default route, or any route through a gateway.
 */
export async function assertNoWayOut(layout: LabLayout): Promise<void> {
  await allSettled(
    labNamespaces(layout).flatMap((netns) =>
      ['-4', '-6'].map(async (family) => {
        const { stdout } = await run('ip', ['-n', netns, '-j', family, 'route', 'show']);
        const routes = routesReply.parse(JSON.parse(stdout || '[]'));
        const out = routes.find((route) => route.dst === 'default' || route.gateway !== undefined);
        if (out) throw new LabError(`namespace ${netns} has a way out (${out.dst}); the lab must have none`);
      }),
    ),
  );
}

/**
 * The name of a namespace is an empty file with the namespace mounted over it. One without is what a crash in between
 * leaves, or the end of the mount namespace in which the lab was made; ip can neither use nor delete it.
 */
function dropDeadNames(layout: LabLayout): void {
  const names = labNamespaces(layout).map((name) => nameFile(name));
  for (const file of names.filter((one) => statSync(one).dev === statSync(netnsRoot).dev)) rmSync(file);
}

function nameFile(name: string): string {
  return join(netnsRoot, name);
}

async function hasInterface(netns: string): Promise<boolean> {
  const { exitCode } = await run('ip', ['-n', netns, 'link', 'show', 'dev', 'eth0'], { mayFail: true });
  return exitCode === 0;
}

/** Many changes by one call of ip, which stops at the first that fails. */
async function batch(netns: string | undefined, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const where = netns === undefined ? [] : ['-n', netns];
  await run('ip', [...where, '-batch', '-'], { input: lines.join('\n') });
}
