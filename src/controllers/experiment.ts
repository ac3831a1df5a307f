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
import type { Verdict } from '../core/prove/verdict.ts';
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
          async (connection) =>
            [connection.name, await prove(context, name, connection, wired, hosts)] as const,
        ),
      ),
    );
    const facts: ExperimentFacts = { valid: testbed.valid(ref), experiment, hosts, connections };
    const ready = await publish(
      context,
      ref,
      experimentFindings(facts),
      experimentBody(facts, context.statuses.get(ref)),
    );
    for (const path of new Set(experiment?.connections.map((connection) => connection.path)))
      enqueue('path', path);
    const measured = (read: (facts: ConnectionFacts) => number | undefined) =>
      samplesOf(name, connections, read);
    metrics.rtt.replace(
      { experiment: name },
      measured(({ rttMs }) => inUnits(rttMs, 1000)),
    );
    metrics.loss.replace(
      { experiment: name },
      measured(({ lossPercent }) => inUnits(lossPercent, 100)),
    );
    if (experiment === undefined || experiment.suspended) return {};
    const idleMs = connections.size === 0 ? resyncMs : Math.min(resyncMs, context.prover.glanceMs);
    return { requeueAfterMs: ready || !wired ? idleMs : PROVING_MS };
  };
}

/** Seconds of milliseconds, shares of percentages. */
const inUnits = (value: number | undefined, parts: number): number | undefined =>
  value === undefined ? undefined : value / parts;

/** What was measured of the connections, as far as it is known. */
const samplesOf = (
  experiment: string,
  connections: ReadonlyMap<string, ConnectionFacts>,
  read: (facts: ConnectionFacts) => number | undefined,
): Sample<'experiment' | 'connection'>[] =>
  [...connections].flatMap(([connection, facts]) => {
    const value = read(facts);
    return value === undefined ? [] : { labels: { experiment, connection }, value };
  });

/** Why frames of a connection cannot pass, as a verdict. */
function lanFailure(
  { from, to }: DesiredConnection,
  hosts: ReadonlyMap<string, HostFacts>,
): Verdict | undefined {
  const failures = [from, to].map(({ workload }) => hosts.get(workload.split('/')[2] ?? '')?.offLan);
  const failure = failures.find((one) => one !== undefined);
  return failure && { proven: false, ...failure };
}

/** Sends packets as soon as they have a chance to arrive: hosts wired, every link of the Path plugged in. */
async function prove(
  { testbed, observation, prover, shaper, enqueue }: Context,
  experiment: string,
  connection: DesiredConnection,
  wired: boolean,
  hosts: ReadonlyMap<string, HostFacts>,
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
  const failed = connection.layer === 3 ? undefined : lanFailure(connection, hosts);
  if (wired && failed !== undefined) return prover.cannot(key, probe, failed);
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
