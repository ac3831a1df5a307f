import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { anyReply } from './replies.ts';

/** Docker's network for containers without one. */
export const NONE = 'none';

/**
 * A container in the network "none" is refused every other one. But it may leave it, and is given no default network for it: the only
 * way for a container to have overlays and no way out.
 */
export async function leaveNone(engine: Engine, containerId: string): Promise<void> {
  await engine.change({
    name: 'network.disconnect',
    doing: `freeing container ${containerId.slice(0, 12)} from the network "${NONE}"`,
    reply: anyReply,
    send: (docker, abortSignal) =>
      docker.getNetwork(NONE).disconnect(withBody({ Container: containerId }, { abortSignal })),
  });
}
