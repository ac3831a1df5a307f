import type { ObjectRef } from '../../api/object.ts';
import type { DesiredState, RouterSetup } from '../plan/desired.ts';
import { parseAddress } from '../plan/ipv4.ts';
import { abilitiesOf } from '../plan/platforms.ts';
import { dialectOf } from '../render/dialects.ts';
import { redacted } from '../render/frr-secrets.ts';
import { type FieldChange, fieldWords } from './service-changes.ts';
import { termCauses } from './term-causes.ts';

export interface SessionEnd {
  readonly router: string;
  readonly address: string;
}

/** A BGP session that a change of the plan does not leave alone. */
export interface TouchedSession {
  /** Key of the network that it runs over. */
  readonly network: string;
  /** By address. */
  readonly ends: readonly [SessionEnd, SessionEnd];
  /** `ended`: it is not planned any more. `perhaps`: it may be reset, that depends on the router. */
  readonly fate: 'ended' | 'reset' | 'perhaps';
  /** For people; at least one. */
  readonly because: readonly string[];
}

interface Cause {
  readonly fate: TouchedSession['fate'];
  readonly text: string;
}

/** @param replaced by workload: fields for which its container is replaced. */
export function touchedSessions(
  before: DesiredState,
  after: DesiredState,
  replaced: ReadonlyMap<string, readonly FieldChange[]>,
): readonly TouchedSession[] {
  const [old, now] = [setupsOf(before), setupsOf(after)];
  const remaining = sessionsOf(now);
  const [oldNetworks, networks] = [before, after].map(
    (state) => new Map(state.networks.map((network) => [network.key, network])),
  );
  return [...sessionsOf(old)].flatMap(([network, ends]) => {
    const causes: Cause[] = [];
    for (const [end, peer] of [ends, [ends[1], ends[0]] as const]) {
      const [one, other] = [old.get(end.router), now.get(end.router)];
      if (other === undefined) causes.push({ fate: 'ended', text: `${end.router} is removed` });
      else if (one !== undefined) {
        causes.push(...containerCauses(end.router, replaced.get(`router/${end.router}`) ?? []));
        causes.push(...setupCauses(end, peer, one, other));
      }
    }
    const link = networks?.get(network);
    const moved = link !== undefined && oldNetworks?.get(network)?.name !== link.name;
    if (moved) causes.push({ fate: 'reset', text: `their link is made anew as ${link.subnet}` });
    if (!remaining.has(network) && causes.every(({ fate }) => fate !== 'ended'))
      causes.unshift({ fate: 'ended', text: 'no Path joins them any more' });
    return causes.length === 0 ? [] : [{ network, ends, fate: worst(causes), because: reasons(causes) }];
  });
}

const FATES = ['ended', 'reset', 'perhaps'] as const;

const worst = (causes: readonly Cause[]): TouchedSession['fate'] =>
  FATES.find((fate) => causes.some((cause) => cause.fate === fate)) ?? 'perhaps';

/** Only those that make it what it is: who ends a session need not be told what would have reset it. */
const reasons = (causes: readonly Cause[]): readonly string[] => [
  ...new Set(causes.filter(({ fate }) => fate === worst(causes)).map(({ text }) => text)),
];

function containerCauses(router: string, fields: readonly FieldChange[]): Cause[] {
  if (fields.length === 0) return [];
  const words = fieldWords(fields.map(({ field }) => field));
  const text = `the container of ${router} is replaced (${words})`;
  // Swarm leaves a container alone that runs where its new constraints allow.
  if (fields.every(({ field }) => field === 'constraints'))
    return [{ fate: 'perhaps', text: `${text}, unless it runs on a node that fits` }];
  return [{ fate: 'reset', text }];
}

function setupCauses(end: SessionEnd, peer: SessionEnd, before: RouterSetup, after: RouterSetup): Cause[] {
  const causes: Cause[] = [];
  const changes = (what: string, from: number | string, to: number | string): void => {
    if (from === to) return;
    const text = `the ${what} of ${end.router} changes from ${String(from)} to ${String(to)}`;
    causes.push({ fate: 'reset', text });
  };
  changes('AS number', before.asn, after.asn);
  changes('router ID', before.routerId, after.routerId);
  const [one, other] = [before, after].map(({ sessions }) =>
    sessions.find(({ address }) => address === peer.address),
  );
  if (one !== undefined && other !== undefined)
    causes.push(...termCauses(end.router, one, other, abilitiesOf(after.platform)));
  // Another platform is another container, which is told already.
  const resets =
    before.platform === after.platform
      ? dialectOf(after.platform).resets(before.configuration.text, after.configuration.text)
      : [];
  for (const reset of resets) {
    if (reset.neighbor !== undefined && reset.neighbor !== peer.address) continue;
    const text = `"${redacted(reset.line)}" is ${reset.change} in the configuration of ${end.router}`;
    causes.push({ fate: reset.certain ? 'reset' : 'perhaps', text });
  }
  return causes;
}

const setupsOf = (state: DesiredState): ReadonlyMap<string, RouterSetup> =>
  new Map(
    state.workloads.flatMap(({ owner, setup }) =>
      setup.type === 'router' ? [[owner.name, setup] as const] : [],
    ),
  );

/** By network: each session once, with both ends. */
function sessionsOf(
  setups: ReadonlyMap<string, RouterSetup>,
): ReadonlyMap<string, readonly [SessionEnd, SessionEnd]> {
  const ends = new Map<string, SessionEnd[]>();
  for (const { sessions } of setups.values()) {
    for (const { peer, address, network } of sessions) {
      ends.set(network, [...(ends.get(network) ?? []), { router: peer, address }]);
    }
  }
  return new Map(
    [...ends].flatMap(([network, found]) => {
      const [one, other] = found.sort((a, b) => parseAddress(a.address) - parseAddress(b.address));
      return one === undefined || other === undefined ? [] : [[network, [one, other] as const] as const];
    }),
  );
}

/** Of the sessions those that are an object's own: over the links of a Path, of the Paths of an Experiment's layer-2 connections, or with a Router at one end. */
export function sessionsUnder(
  ref: ObjectRef,
  sessions: readonly TouchedSession[],
  plans: readonly DesiredState[],
): readonly TouchedSession[] {
  const names = pathsOf(ref, plans);
  const paths = plans.flatMap((plan) => plan.paths.filter(({ name }) => names.has(name)));
  const links = new Set(paths.flatMap((path) => path.links.map(({ network }) => network)));
  return sessions.filter(({ network, ends }) => {
    if (ref.kind === 'Router') return ends.some(({ router }) => router === ref.name);
    return links.has(network);
  });
}

/** Names of the Paths whose sessions an object may touch. */
function pathsOf({ kind, name }: ObjectRef, plans: readonly DesiredState[]): ReadonlySet<string> {
  if (kind !== 'Experiment') return new Set(kind === 'Path' ? [name] : []);
  const own = plans.flatMap(({ experiments }) =>
    experiments.filter((experiment) => experiment.name === name),
  );
  const tunnelled = own.flatMap(({ connections }) => connections.filter(({ layer }) => layer === 2));
  return new Set(tunnelled.map(({ path }) => path));
}
