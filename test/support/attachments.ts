import { z } from 'zod';
import type { Lab } from '../../deploy/lab/lab.ts';

const tasks = z.array(
  z.object({ Spec: z.object({ NetworkAttachmentSpec: z.object({ ContainerID: z.string() }).optional() }) }),
);

/** How many networks Swarm keeps attached to a container that is no task of a service, such as the helper: it hears of changes a moment later. */
export async function attachments(lab: Lab, containerId: string): Promise<number> {
  // By default only tasks of services are listed.
  const filters = { 'desired-state': ['running'], runtime: ['attachment'] };
  const all = tasks.parse(await lab.node('node1').docker.listTasks({ filters }));
  return all.filter(({ Spec }) => Spec.NetworkAttachmentSpec?.ContainerID === containerId).length;
}
