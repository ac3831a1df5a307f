import type { DesiredIndex } from '../core/diff/desired-index.ts';
import { attachmentOf } from '../core/diff/attachment.ts';
import type { DesiredPath } from '../core/plan/desired.ts';
import { probeOfPath } from '../core/prove/probe.ts';
import { TOO_SLOW } from '../core/prove/verdict.ts';
import { type PathFacts, pathBody, pathFindings } from '../core/status/path.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { Context } from './context.ts';
import { Lasting } from './lasting.ts';
import type { Proof } from './prover.ts';
import { publish } from './publish.ts';

/** Key of a Path's own proof; no connection has one like it. */
const pathKey = (name: string): string => `path ${name}`;

/** A Path that is not Ready is looked at again after this many ms; what it consists of reports by itself. */
const SETTLING_MS = 2_000;

/** Keeps nothing itself (its links and routers are units of their own): says whether the Path is there, and proves it. */
export function pathReconciler(context: Context): Reconcile {
  const { testbed, routerStates, metrics, clock, resyncMs } = context;
  const pluggedFor = new Lasting(clock);
  return async (name) => {
    const ref = { kind: 'Path', name } as const;
    const path = testbed.desired.paths.get(name);
    const links = path === undefined ? new Map<string, Link>() : linksOf(context, path);
    const plugged = [...links.values()].every((link) => link.plugged);
    const pluggedMs = pluggedFor.ms(name, path !== undefined && plugged);
    const proof = path !== undefined && plugged ? await proofOf(context, path) : undefined;
    const facts: PathFacts = {
      valid: testbed.valid(ref),
      path,
      links,
      sessionsDown: (path?.links ?? [])
        .filter(
          ({ between: [a, b], addresses: [atA, atB] }) =>
            routerStates.session(a, atB)?.state !== 'Established' ||
            routerStates.session(b, atA)?.state !== 'Established',
        )
        .map((link) => link.network),
      segmentedRouter: (router) => context.keeper.router(router),
      shapedEnd: (router, network) => context.shaper.end(router, network),
      verdict: proof?.verdict,
      proof: proof?.proof,
      probeFailure: proof?.probeFailure,
      used: path !== undefined && connectionsOf(testbed.desired, path).length > 0,
    };
    if (path !== undefined && isUnread(context, path)) return { requeueAfterMs: UNREAD_MS };
    const ready = await publish(context, ref, pathFindings(facts), pathBody(facts));
    if (path === undefined) {
      metrics.pathProven.forget({ path: name });
      context.prover.retain(pathKey(name), new Set());
      return {};
    }
    metrics.pathProven.set({ path: name }, proof?.verdict?.proven === true ? 1 : 0);
    // A router may look well and have lost its routes; to read it is to mend that.
    if (
      proof?.verdict?.proven === false &&
      proof.verdict.reason !== TOO_SLOW &&
      (pluggedMs ?? 0) > DOUBT_MS
    ) {
      for (const router of path.via)
        if (routerStates.age(router) > DOUBT_MS) context.enqueue('router', router);
    }
    return { requeueAfterMs: ready ? resyncMs : SETTLING_MS };
  };
}

/** Routers of a Path that packets do not take are read again after this many ms. It is also what BGP is given to find the way at first. */
const DOUBT_MS = 3_000;

/** A Path of which a part was not looked at since this operator leads is looked at again after this many ms. */
const UNREAD_MS = 300;

/** Nothing new is said of a Path before its routers and connections were looked at: not to know is not to be down. */
function isUnread({ testbed, observation, routerStates, prover }: Context, path: DesiredPath): boolean {
  const { desired } = testbed;
  const unreadRouter = path.via.some((router) => {
    const placed = observation.latest.inside(`router/${router}`);
    return placed !== undefined && routerStates.get(router, placed.container.id) === undefined;
  });
  return unreadRouter || connectionsOf(desired, path).some((key) => prover.last(key) === undefined);
}

/** Keys of the connections over a Path, as the prover has them. */
function connectionsOf(desired: DesiredIndex, path: DesiredPath): readonly string[] {
  return desired
    .connectionsOver(path.name)
    .map(({ experiment, connection }) => `${experiment}/${connection.name}`);
}

interface Link {
  readonly name: string;
  readonly plugged: boolean;
}

function linksOf({ testbed, observation }: Context, path: DesiredPath): Map<string, Link> {
  const index = observation.latest;
  return new Map(
    path.links.map(({ network: key }) => {
      const network = testbed.desired.networks.get(key);
      if (network === undefined) return [key, { name: key, plugged: false }];
      const plugged = network.endpoints.every(
        ({ workload }) => attachmentOf(network, workload, index) !== undefined,
      );
      return [key, { name: network.name, plugged }];
    }),
  );
}

/** What the connections over the Path have proven, the worst first; its own packets when no connection uses it. */
async function proofOf({ testbed, prover, shaper }: Context, path: DesiredPath): Promise<Proof | undefined> {
  const { desired } = testbed;
  const connections = connectionsOf(desired, path).map((key) => prover.last(key));
  if (connections.length > 0) {
    return connections.find((proof) => proof?.verdict?.proven !== true) ?? connections[0];
  }
  if (path.engineering === 'srv6') return undefined;
  const probe = probeOfPath(path, desired.workloads);
  return probe === undefined ? undefined : prover.prove(pathKey(path.name), probe, shaper.addedMs(path));
}
