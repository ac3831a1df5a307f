import { z } from 'zod';
import { LabError } from './errors.ts';
import type { LabNode } from './node.ts';
import { allSettled, waitFor, within } from './wait.ts';

const infoReply = z.object({
  Swarm: z.object({
    NodeID: z.string(),
    LocalNodeState: z.enum(['inactive', 'pending', 'active', 'error', 'locked']),
    ControlAvailable: z.boolean(),
    Error: z.string().optional(),
  }),
});
const swarmReply = z.object({ JoinTokens: z.object({ Manager: z.string(), Worker: z.string() }) });
const memberReply = z.object({ Status: z.object({ State: z.string() }) });

export type SwarmInfo = z.infer<typeof infoReply>['Swarm'];

/** Milliseconds for one call to an engine, which answers most of them in ten. */
const callLimit = 15_000;

export async function swarmInfo(node: LabNode): Promise<SwarmInfo> {
  return infoReply.parse(await within(callLimit, `${node.name}: info`, node.docker.info())).Swarm;
}

/** Makes all nodes members of one Swarm: those that are not yet join those that are. Engines must be running. */
export async function formSwarm(
  nodes: readonly LabNode[],
  managers: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const infos = await allSettled(nodes.map((node) => swarmInfo(node)));
  const outside = nodes.filter((_, i) => infos[i]?.LocalNodeState === 'inactive');
  const first = nodes[0];
  if (first === undefined || outside.length === 0) return;
  let leader = nodes.find((_, i) => infos[i]?.ControlAvailable === true);
  if (leader === undefined) {
    if (outside.length < nodes.length) {
      throw new LabError('nodes of this lab are in a Swarm that has no manager: take it down and up again');
    }
    leader = first;
    await within(callLimit, `${first.name}: swarm init`, first.docker.swarmInit(membership(first)));
  }
  const { JoinTokens } = swarmReply.parse(
    await within(callLimit, `${leader.name}: swarm inspect`, leader.docker.swarmInspect()),
  );
  const remote = `${leader.address}:2377`;
  for (const node of outside.filter((one) => one !== leader)) {
    signal?.throwIfAborted();
    const token = nodes.indexOf(node) < managers ? JoinTokens.Manager : JoinTokens.Worker;
    await within(
      30_000,
      `${node.name}: swarm join`,
      node.docker.swarmJoin({ ...membership(node), RemoteAddrs: [remote], JoinToken: token }),
    );
  }
}

/** Waits until a manager sees this node as ready, which it does once the node's own agent has reported. */
export async function waitForMember(
  node: LabNode,
  nodes: readonly LabNode[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await waitFor(
    `${node.name} to be ready in the Swarm`,
    async () => {
      const info = await swarmInfo(node);
      if (info.LocalNodeState !== 'active') throw new LabError(info.Error || `it is ${info.LocalNodeState}`);
      const manager = info.ControlAvailable ? node : await findManager(nodes);
      const reply: unknown = await within(2000, manager.name, manager.docker.getNode(info.NodeID).inspect());
      return memberReply.parse(reply).Status.State === 'ready' ? true : undefined;
    },
    { within: 90_000, every: 100, signal },
  );
}

async function findManager(nodes: readonly LabNode[]): Promise<LabNode> {
  for (const node of nodes) {
    if (node.state !== 'running') continue;
    if ((await swarmInfo(node)).ControlAvailable) return node;
  }
  throw new LabError('no manager of the Swarm is running');
}

function membership(node: LabNode): { ListenAddr: string; AdvertiseAddr: string } {
  return { ListenAddr: `${node.address}:2377`, AdvertiseAddr: `${node.address}:2377` };
}
