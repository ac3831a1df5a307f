import type { Engine } from './engine.ts';
import { isFailure } from './failure.ts';
import { networkReply } from './replies.ts';

/**
 * Whether this engine has a network itself. A manager answers for all networks of the Swarm, but says who is in one only of those that
 * it has.
 */
export async function hasCopy(engine: Engine, networkId: string): Promise<boolean> {
  try {
    const { Containers } = await engine.call({
      name: 'network.inspect',
      doing: `looking at network ${networkId}`,
      reply: networkReply,
      send: (docker, abortSignal) => docker.getNetwork(networkId).inspect({ abortSignal }),
    });
    return Containers !== null && Containers !== undefined;
  } catch (error) {
    if (isFailure(error, 'not-found')) return false;
    throw error;
  }
}
