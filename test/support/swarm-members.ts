import { expect } from 'vitest';
import { z } from 'zod';
import type { Lab } from '../../deploy/lab/lab.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { tail } from '../../deploy/lab/log-tail.ts';
import { within } from '../../deploy/lab/wait.ts';
import { eventually } from './eventually.ts';

const members = z.array(
  z.object({
    ID: z.string(),
    Version: z.object({ Index: z.number() }),
    Spec: z.looseObject({ Availability: z.string(), Role: z.string() }),
    Description: z.object({ Hostname: z.string() }),
    Status: z.object({ State: z.string() }),
    ManagerStatus: z.object({ Leader: z.boolean().default(false) }).optional(),
  }),
);

type Member = z.infer<typeof members>[number];

const CALL_MS = 5_000;

/** The members of the Swarm, as one of its managers sees them. @throws Error with the last words of an engine that does not tell. */
async function membersAt({ name, docker, layout }: LabNode): Promise<readonly Member[]> {
  try {
    return members.parse(await within(CALL_MS, `${name}: members of the Swarm`, docker.listNodes()));
  } catch (error) {
    throw new Error(`${name} does not list the members of the Swarm; ${tail(layout.log, 40)}`, {
      cause: error,
    });
  }
}

/** The first manager that answers, with what it says. */
async function anyView(lab: Lab): Promise<readonly Member[]> {
  return Promise.any(lab.nodes.map((node) => membersAt(node)));
}

/** The node that leads the Swarm. */
export async function swarmLeader(lab: Lab): Promise<LabNode> {
  const leader = (await anyView(lab)).find(({ ManagerStatus }) => ManagerStatus?.Leader === true);
  if (leader === undefined) throw new Error('the Swarm has no leader');
  return lab.node(leader.Description.Hostname);
}

/** As `docker node update` does: draining, promoting. Returns when the Swarm has taken it down, not when it has acted. */
export async function updateMember(
  lab: Lab,
  name: string,
  change: {
    readonly Availability?: 'active' | 'drain';
    readonly Role?: 'manager' | 'worker';
  },
): Promise<void> {
  const update = async (): Promise<void> => {
    const member = (await anyView(lab)).find(({ Description }) => Description.Hostname === name);
    if (member === undefined) throw new Error(`${name} is not in the Swarm`);
    const { docker } = await swarmLeader(lab);
    const spec = { ...member.Spec, ...change, version: member.Version.Index };
    await within(CALL_MS, `updating ${name}`, docker.getNode(member.ID).update(spec));
  };
  // Whoever else changes the node at the same time, as the Swarm does itself, makes the version an old one.
  await eventually(update, { timeoutMs: 30_000, message: `${name} is updated` });
}

/**
 * Waits until every engine of the lab is a manager, all agree on a leader, and every node is ready and takes tasks. Managers that were cut
 * off from each other try again ever less often, up to two minutes apart.
 */
export async function swarmWhole(lab: Lab, timeoutMs = 150_000): Promise<void> {
  const whole = async (): Promise<void> => {
    const views = await Promise.all(lab.nodes.map((node) => membersAt(node)));
    const all = views.flat();
    expect(all.filter(({ Status }) => Status.State !== 'ready')).toEqual([]);
    expect(all.filter(({ Spec }) => Spec.Availability !== 'active')).toEqual([]);
    const leaders = views.map((view) =>
      view.filter(({ ManagerStatus }) => ManagerStatus?.Leader === true).map(({ ID }) => ID),
    );
    expect(leaders.map(({ length }) => length)).toEqual(views.map(() => 1));
    expect(new Set(leaders.flat()).size).toBe(1);
  };
  const message = 'all nodes are ready, and all managers have the same leader';
  await eventually(whole, { timeoutMs, intervalMs: 200, message });
}
