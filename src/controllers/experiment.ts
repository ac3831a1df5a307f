import { attachmentOf } from '../core/diff/attachment.ts';
import type { DesiredConnection } from '../core/plan/desired.ts';
import { probeOfConnection } from '../core/prove/probe.ts';
import {
  type ConnectionFacts,
  experimentBody,
  type ExperimentFacts,
  experimentFindings,
  type HostFacts,
} from '../core/status/experiment.ts';
import type { Sample } from '../ports/metrics.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { Context } from './context.ts';
import { type Routed, settleHost } from './host.ts';
import { publish } from './publish.ts';

/** While packets do not yet take their Path they are sent again after this many ms. */
const PROVING_MS = 500;

/** Keeps one Experiment: its hosts, and the proof that each connection takes its Path. */
export function experimentReconciler(context: Context): Reconcile {
  const { testbed, observation, enqueue, metrics, resyncMs } = context;
  const routed: Routed = new Map();
  return async (name, scope) => {
    const ref = { kind: 'Experiment', name } as const;
    const experiment = testbed.desired.experiments.get(name);
    const keys = new Set([
      ...(experiment?.hosts ?? []).map((host) => host.workload),
      ...[...observation.latest.workloadKeys()].filter((key) => key.startsWith(`host/${name}/`)),
    ]);
    const settled = await Promise.all(
      [...keys].map(
        async (key) =>
          [key.slice(`host/${name}/`.length), await settleHost(context, key, routed, scope)] as const,
      ),
    );
    const hosts = new Map(settled.filter((entry): entry is [string, HostFacts] => entry[1] !== undefined));
    const wired = [...hosts.values()].every((host) => host.unwired === undefined);
    context.prover.retain(
      `${name}/`,
      new Set(experiment?.connections.map((connection) => `${name}/${connection.name}`)),
    );
    const connections = new Map(
      await Promise.all(
        (experiment?.connections ?? []).map(
          async (connection) => [connection.name, await prove(context, name, connection, wired)] as const,
        ),
      ),
    );
    const facts: ExperimentFacts = { valid: testbed.valid(ref), experiment, hosts, connections };
    const ready = await publish(context, ref, experimentFindings(facts), experimentBody(facts));
    for (const path of new Set(experiment?.connections.map((connection) => connection.path)))
      enqueue('path', path);
    metrics.rtt.replace({ experiment: name }, roundTrips(name, connections));
    if (experiment === undefined || experiment.suspended) return {};
    const idleMs = connections.size === 0 ? resyncMs : Math.min(resyncMs, context.prover.glanceMs);
    return { requeueAfterMs: ready || !wired ? idleMs : PROVING_MS };
  };
}

/** The round-trip times of the connections, as far as they are known, in seconds. */
const roundTrips = (
  experiment: string,
  connections: ReadonlyMap<string, ConnectionFacts>,
): Sample<'experiment' | 'connection'>[] =>
  [...connections].flatMap(([connection, { rttMs }]) =>
    rttMs === undefined ? [] : { labels: { experiment, connection }, value: rttMs / 1000 },
  );

/** Sends packets as soon as they have a chance to arrive: hosts wired, every link of the Path plugged in. */
async function prove(
  { testbed, observation, prover, shaper, enqueue }: Context,
  experiment: string,
  connection: DesiredConnection,
  wired: boolean,
): Promise<ConnectionFacts> {
  const { desired } = testbed;
  const key = `${experiment}/${connection.name}`;
  const path = desired.paths.get(connection.path);
  const probe = probeOfConnection(connection);
  const unplugged = (path?.links ?? []).filter(({ network: link }) => {
    const network = desired.networks.get(link);
    return (
      network === undefined ||
      network.endpoints.some(
        ({ workload }) => attachmentOf(network, workload, observation.latest) === undefined,
      )
    );
  });
  if (!wired || unplugged.length > 0) {
    // What cannot be read is not known to be unplugged.
    const [open] = observation.latest.unreadable().length === 0 ? unplugged : [];
    return prover.notYet(key, probe, open?.between.join(' – '));
  }
  const before = prover.last(key)?.verdict?.proven;
  const addedMs = path === undefined ? 0 : shaper.addedMs(path);
  const proof = await prover.prove(key, probe, addedMs);
  if (before !== true && proof.verdict?.proven === true) {
    // Packets arrive, so the sessions are up: the routers' status need not wait for its turn.
    for (const router of path?.via ?? []) enqueue('router', router);
  }
  return proof;
}
