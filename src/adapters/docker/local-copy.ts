import type { Clock } from '../../ports/clock.ts';
import type { Engine } from './engine.ts';
import { isFailure } from './failure.ts';
import { networkReply } from './replies.ts';

/**
 * Milliseconds until an engine that lets go of a network by itself has done so: it hears from the Swarm that it may. Half a second on an idle
 * machine, 2.5 s on a busy one.
 */
export const LETTING_GO_MS = 10_000;
/** Milliseconds between two looks at it. */
const AGAIN_MS = 100;

/** An endpoint that the engine itself has in each overlay. It leaves with the network. */
const OF_THE_ENGINE = /^lb-/;

/**
 * Waits while this engine has a network that nobody on its node is in. Whoever is plugged in while the engine lets go of it is refused and keeps
 * an attachment that nothing can take back, so that the network can never be removed (Docker 20.10; "in use by task").
 * @returns whether the engine still has it, since somebody is in it or since it does not let go by itself.
 */
export async function hasCopyStill(engine: Engine, networkId: string, clock: Clock): Promise<boolean> {
  const began = clock.monotonicMs();
  for (;;) {
    const copy = await localCopy(engine, networkId);
    if (copy !== 'empty') return copy === 'in use';
    if (clock.monotonicMs() - began > LETTING_GO_MS) return true;
    await clock.delay(AGAIN_MS);
  }
}

/** A manager answers for all networks of the Swarm, but says who is in one only of those that it has. */
async function localCopy(engine: Engine, networkId: string): Promise<'none' | 'empty' | 'in use'> {
  try {
    const { Containers } = await engine.call({
      name: 'network.inspect',
      doing: `looking at network ${networkId}`,
      reply: networkReply,
      send: (docker, abortSignal) => docker.getNetwork(networkId).inspect({ abortSignal }),
    });
    if (Containers === null || Containers === undefined) return 'none';
    return Object.keys(Containers).every((id) => OF_THE_ENGINE.test(id)) ? 'empty' : 'in use';
  } catch (error) {
    if (isFailure(error, 'not-found')) return 'none';
    throw error;
  }
}
