import { DockerError } from '../core/failure.ts';
import { diffNetwork, unplugAll } from '../core/diff/network.ts';
import type { DesiredNetwork } from '../core/plan/desired.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { applyUnit } from './apply-unit.ts';
import type { Context } from './context.ts';
import { Lasting } from './lasting.ts';

/** Swarm notices some time after an engine that nobody is attached any more: until then it says "in use". In ms. */
const IN_USE_MS = 10_000;
const AGAIN_MS = 300;

/** Keeps one network (a link, an access network, the management network) and its endpoints. The sweep calls again as things change. */
export function networkReconciler(context: Context): Reconcile {
  const { testbed, observation, clock, networkFailures } = context;
  const inUse = new Lasting(clock);
  return async (key, scope) => {
    const { networks, wanted } = testbed.desired;
    const network = networks.get(key);
    const index = observation.latest;
    const replug = context.doctor.takeReplug(key);
    const diff =
      network !== undefined && replug
        ? unplugAll(key, network, index)
        : diffNetwork(key, network, index, wanted);
    try {
      await applyUnit(context, `network ${key}`, diff, scope);
      inUse.ms(key, false);
      networkFailures.delete(key);
      return {};
    } catch (error) {
      if (network !== undefined)
        tell(context, network, error instanceof Error ? error.message : String(error));
      const patient = network === undefined && error instanceof DockerError && error.kind === 'conflict';
      const ms = inUse.ms(key, patient);
      if (ms === undefined || ms > IN_USE_MS) throw error;
      return { requeueAfterMs: AGAIN_MS };
    }
  };
}

/** Has whoever waits for the network say what the last attempt failed with. */
function tell(
  { networkFailures, enqueue }: Context,
  { key, endpoints }: DesiredNetwork,
  message: string,
): void {
  if (networkFailures.get(key) === message) return;
  networkFailures.set(key, message);
  for (const { workload } of endpoints) {
    const [type, name = ''] = workload.split('/');
    enqueue(type === 'router' ? 'router' : 'experiment', name);
  }
}
