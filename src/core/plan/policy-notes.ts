import { type ExportRule, type ImportRule, lengthsOf, type RouterBgp } from '../../api/bgp.ts';
import type { Adjacency } from './adjacency.ts';
import type { DesiredSession } from './desired.ts';
import type { PolicyNote } from './policy-note.ts';
import { partNotes, prependNotes } from './as-notes.ts';
import { parsePrefix } from './ipv4.ts';
import { listing } from './listing.ts';
import type { Secrets } from './session-terms.ts';
import { type Course, coursesOf } from './steering.ts';
import type { Topology } from './topology.ts';

type Adjacencies = ReadonlyMap<string, Adjacency>;

/**
 * By router: what is to be said of its policy, the weightiest first. Routers without a policy, a session that one end signs, or an AS that is in
 * parts have no entry.
 */
export function policyNotes(
  topology: Topology,
  adjacencies: Adjacencies,
  secrets: Secrets,
): ReadonlyMap<string, readonly PolicyNote[]> {
  const parts = partNotes(topology.routers.values(), (name) => adjacencies.get(name)?.sessions ?? []);
  const written = [...topology.routers.values()].filter(
    ({ name, object }) =>
      object.spec.bgp !== undefined ||
      parts.has(name) ||
      (adjacencies.get(name)?.sessions ?? []).some(
        ({ password, ...session }) => (password ?? otherEnd(session, adjacencies)?.password) !== undefined,
      ),
  );
  if (written.length === 0) return new Map();
  const fights = fightsIn(topology);
  return new Map(
    written.map((router) => {
      const { name, object } = router;
      const part = parts.get(name);
      const sessions = adjacencies.get(name)?.sessions ?? [];
      return [
        name,
        [
          ...secretNotes(sessions, secrets),
          ...passwordNotes(name, sessions, adjacencies),
          ...strangers(object.spec.bgp, sessions),
          ...prependNotes(router, sessions),
          ...(part === undefined ? [] : [part]),
          ...(fights.get(name) ?? []),
        ],
      ];
    }),
  );
}

function secretNotes(sessions: readonly DesiredSession[], secrets: Secrets): PolicyNote[] {
  return sessions.flatMap(({ peer, password }): PolicyNote[] => {
    if (password === undefined || password.revision !== undefined) return [];
    const { secret } = password;
    const found = secrets.get(secret);
    const after = `the session with ${peer} is not configured until it can be signed`;
    if (found !== undefined && 'unusable' in found) {
      const message = `secret ${secret} cannot be used: ${found.unusable}; ${after}`;
      return [{ reason: 'SecretInvalid', message }];
    }
    const message = `there is no secret ${secret}: put the password into etcd as PREFIX/secrets/${secret}; ${after}`;
    return [{ reason: 'SecretMissing', message }];
  });
}

function passwordNotes(
  name: string,
  sessions: readonly DesiredSession[],
  adjacencies: Adjacencies,
): PolicyNote[] {
  const words = (secret: string | undefined): string =>
    secret === undefined ? 'no secret' : `secret ${secret}`;
  return sessions.flatMap(({ peer, network, password }): PolicyNote[] => {
    const other = otherEnd({ peer, network }, adjacencies)?.password;
    if (password?.secret === other?.secret) return [];
    const message = `the session between ${name} and ${peer} cannot come up: ${name} has ${words(password?.secret)} for it and ${peer} has ${words(other?.secret)}; name the same at both ends, or in spec.bgp of their Path`;
    return [{ reason: 'PasswordsDiffer', message }];
  });
}

const otherEnd = (
  { peer, network }: Pick<DesiredSession, 'peer' | 'network'>,
  adjacencies: Adjacencies,
): DesiredSession | undefined =>
  adjacencies.get(peer)?.sessions.find((session) => session.network === network);

/** Entries for Routers that are no neighbours, which they may become. */
function strangers(bgp: RouterBgp | undefined, sessions: readonly DesiredSession[]): PolicyNote[] {
  const peers = sessions.map(({ peer }) => peer).sort();
  return (bgp?.neighbors ?? []).flatMap(({ router }, index): PolicyNote[] => {
    if (peers.includes(router)) return [];
    const are = peers.length === 0 ? 'it has no neighbours' : `its neighbours are ${listing(peers)}`;
    const message = `spec.bgp.neighbors[${index.toString()}].router: ${router} is not a neighbour by any Path (${are}); the entry has no effect until it is`;
    return [{ reason: 'NotANeighbor', message }];
  });
}

/** Rules that keep from a router what it needs to send a connection's packets along its Path. By the router that has the rule. */
function fightsIn(topology: Topology): ReadonlyMap<string, readonly PolicyNote[]> {
  const notes = new Map<string, Map<string, PolicyNote>>();
  const add = (router: string, what: string, { subnet, next, connection, router: from }: Course): void => {
    const message = `${what} keeps ${subnet} from ${from}, which is to send it to ${next} for ${connection}`;
    const own = notes.get(router) ?? new Map<string, PolicyNote>();
    notes.set(router, own.set(message, { reason: 'FightsPath', message }));
  };
  for (const course of coursesOf(topology)) {
    const { router, next, subnet } = course;
    const bgpOf = (name: string): RouterBgp | undefined => topology.routers.get(name)?.object.spec.bgp;
    const heard = denial(rulesOf(bgpOf(router), next, 'import'), subnet);
    if (heard !== undefined) add(router, heard, course);
    const told = denial(rulesOf(bgpOf(next), router, 'export'), subnet);
    if (told !== undefined) add(next, told, course);
    for (const [index, { prefix, summaryOnly }] of (bgpOf(next)?.aggregates ?? []).entries())
      if (summaryOnly && inside(subnet, prefix) && prefix !== subnet)
        add(next, `spec.bgp.aggregates[${index.toString()}] (summaryOnly)`, course);
  }
  return new Map([...notes].map(([router, own]) => [router, [...own.values()]]));
}

interface Placed {
  readonly rule: ImportRule | ExportRule;
  readonly field: string;
}

/** In the order in which they are asked. */
function rulesOf(bgp: RouterBgp | undefined, peer: string, way: 'import' | 'export'): readonly Placed[] {
  const index = (bgp?.neighbors ?? []).findIndex(({ router }) => router === peer);
  const placed = (rules: readonly (ImportRule | ExportRule)[] | undefined, base: string): Placed[] =>
    (rules ?? []).map((rule, at) => ({ rule, field: `${base}.${way}[${at.toString()}]` }));
  return [
    ...placed(bgp?.neighbors?.[index]?.[way], `spec.bgp.neighbors[${index.toString()}]`),
    ...placed(bgp?.[way], 'spec.bgp'),
  ];
}

/** @returns the rule that denies a prefix for certain; none where a rule before it may permit it, since that depends on the route. */
function denial(rules: readonly Placed[], prefix: string): string | undefined {
  for (const { rule, field } of rules) {
    const { prefixes, asPath, communities } = rule.match ?? {};
    if (prefixes !== undefined && !prefixes.some((range) => covers(range, prefix))) continue;
    const certain = asPath === undefined && communities === undefined;
    if (certain) return rule.action === 'deny' ? `${field} (deny)` : undefined;
    if (rule.action === 'permit') return undefined;
  }
  return undefined;
}

/** Whether a prefix-list entry such as `10.0.0.0/8 le 24` matches a prefix. */
function covers(range: string, prefix: string): boolean {
  const { ge, le } = lengthsOf(range);
  const wide = parsePrefix(range.split(' ', 1)[0] ?? range);
  const { base, length } = parsePrefix(prefix);
  if (parsePrefix(`${prefix.split('/', 1)[0] ?? ''}/${wide.length.toString()}`).base !== wide.base)
    return false;
  if (length < wide.length) return false;
  if (ge === undefined && le === undefined) return base === wide.base && length === wide.length;
  return length >= (ge ?? wide.length) && length <= (le ?? 32);
}

const inside = (prefix: string, wide: string): boolean => covers(`${wide} le 32`, prefix);
