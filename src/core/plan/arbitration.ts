import { refText, type TestbedObject } from '../../api/object.ts';
import { type IsOneAs, joinedWithin } from './autonomous-system.ts';
import type { CommittedClaims } from './committed-claims.ts';
import { cyclesOf } from './cycles.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';
import { checkObject, routersNamedBy, wantsOf } from './object-check.ts';
import { routerKey } from './owners.ts';
import type { Register } from './register.ts';
import { SharedLinks } from './shared-links.ts';
import type { Standing } from './standing.ts';
import type { RouterStanding, World } from './world.ts';

/** Routers before Paths before Experiments, since each names the former; then the first written. */
const KIND_ORDER = { Router: 0, Path: 1, Experiment: 2 } as const;

interface Attempt {
  readonly entry: Entry;
  readonly object: TestbedObject;
}

/**
 * Tries the versions that are not accepted yet, one after the other: each takes the place of its predecessor if nothing is
 * wrong with it and nobody else has what it wants, and changes nothing otherwise. Who was refused because of another
 * object is tried again when that one changes; objects that only wait for each other (two that swap their AS numbers,
 * Paths that all move a link that they share) are tried as one.
 */
export class Arbitration {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #committed: CommittedClaims;
  readonly #register: Register;
  readonly #versions: Map<string, TestbedObject>;
  readonly #contested: ReadonlyMap<string, readonly Finding[]>;
  readonly #shared: SharedLinks;
  /** refTexts of the Paths that would join a router, by its refText, with others. */
  readonly #joiners: ReadonlyMap<string, readonly string[]>;
  readonly #refused = new Map<string, { readonly attempt: Attempt; readonly findings: readonly Finding[] }>();
  readonly #accepted = new Set<string>();

  constructor(entries: ReadonlyMap<string, Entry>, committed: CommittedClaims, standing: Standing) {
    this.#entries = entries;
    this.#committed = committed;
    this.#register = standing.register;
    this.#versions = standing.versions;
    this.#contested = standing.contested;
    this.#shared = new SharedLinks(standing.versions);
    this.#joiners = joinersOf(entries.values());
  }

  /** refTexts of the objects whose candidate was accepted. */
  get accepted(): ReadonlySet<string> {
    return this.#accepted;
  }

  /** @param excluded refTexts of candidates that are not to be tried. */
  run(excluded: ReadonlyMap<string, unknown>): void {
    const attempts = [...this.#entries.values()].flatMap((entry): Attempt[] => {
      const { text } = entry;
      const again = this.#contested.has(text) ? this.#versions.get(text) : undefined;
      const object = excluded.has(text) ? again : (entry.candidate ?? again);
      return object === undefined ? [] : [{ entry, object }];
    });
    this.#tryEach(attempts);
    while (this.#tryCycles());
  }

  /** What is wrong with a refused candidate, or by now with an accepted version that nobody has changed. */
  findings(entry: Entry): readonly Finding[] {
    const refused = this.#refused.get(entry.text);
    if (refused !== undefined) return refused.findings;
    const version = this.#versions.get(entry.text);
    return version === undefined || this.#accepted.has(entry.text)
      ? []
      : checkObject(version, this.#worldOf(entry));
  }

  #tryEach(attempts: readonly Attempt[]): void {
    let queue = [...attempts].sort(firstWritten);
    while (queue.length > 0) {
      const accepted = queue.filter((attempt) => this.#try(attempt)).map(({ entry }) => entry.text);
      queue = this.#waitingFor(new Set(accepted));
    }
  }

  /** Refused attempts that an accepted object stood in the way of. */
  #waitingFor(accepted: ReadonlySet<string>): Attempt[] {
    if (accepted.size === 0) return [];
    return [...this.#refused.values()]
      .filter(({ findings }) => findings.some(({ blockers }) => blockers.some((text) => accepted.has(text))))
      .map(({ attempt }) => attempt)
      .sort(firstWritten);
  }

  #try(attempt: Attempt): boolean {
    const { text } = attempt.entry;
    const had = this.#register.drop(text);
    const findings = this.#enter(attempt, this.#joinedWith([attempt]));
    if (findings.length === 0) {
      this.#accept(attempt);
      return true;
    }
    this.#register.drop(text);
    this.#register.restore(text, had);
    this.#refused.set(text, { attempt, findings });
    return false;
  }

  /** Registers a version, as far as possible. @returns everything that is wrong with it, one finding per field of a want. */
  #enter({ entry, object }: Attempt, isJoined: IsOneAs): readonly Finding[] {
    const world = this.#worldOf(entry);
    const findings = checkObject(object, world);
    const fields = new Set(findings.map(({ problem }) => problem.field));
    const conflicts = this.#register.hold(
      entry.text,
      wantsOf(object, world),
      (one, other) => isOfItsAs({ entry, object }) || isJoined(one, other),
    );
    const others = conflicts.filter(({ problem }) => !fields.has(problem.field));
    return [...findings, ...others.map((found) => this.#withJoiners(entry.text, found))];
  }

  /** An AS number that another router has is free as soon as one of these Paths is accepted, too. */
  #withJoiners(router: string, found: Finding): Finding {
    if (found.problem.field !== 'spec.asn') return found;
    return { ...found, blockers: [...found.blockers, ...(this.#joiners.get(router) ?? [])] };
  }

  #accept({ entry, object }: Attempt): void {
    this.#versions.set(entry.text, object);
    this.#shared.put(entry.text, object);
    this.#refused.delete(entry.text);
    if (object === entry.candidate) this.#accepted.add(entry.text);
  }

  /** @returns whether any were accepted, so that others may be possible now. */
  #tryCycles(): boolean {
    const refused = [...this.#refused.values()].sort((one, other) =>
      firstWritten(one.attempt, other.attempt),
    );
    return this.#tryCyclesOf(
      new Map(
        refused.map(({ attempt, findings }) => [
          attempt.entry.text,
          findings.flatMap(({ blockers }) => blockers),
        ]),
      ),
    );
  }

  /** One that does not fit keeps nobody else out: the others are tried without it. @param graph refTexts of refused objects, and who stands in their way. */
  #tryCyclesOf(graph: ReadonlyMap<string, readonly string[]>): boolean {
    return cyclesOf(graph).some((cycle) => {
      const misfit = this.#tryTogether(cycle.flatMap((text) => this.#refused.get(text)?.attempt ?? []));
      if (misfit !== undefined) {
        const others = cycle.filter((text) => text !== misfit.entry.text);
        return this.#tryCyclesOf(new Map(others.map((text) => [text, graph.get(text) ?? []])));
      }
      this.#tryEach(this.#waitingFor(new Set(cycle)));
      return true;
    });
  }

  /** Accepts all or nobody. @returns the first that does not fit. */
  #tryTogether(members: readonly Attempt[]): Attempt | undefined {
    const before = members.map(({ entry }) => ({
      text: entry.text,
      uses: this.#register.drop(entry.text),
      version: this.#versions.get(entry.text),
    }));
    for (const { text } of before) this.#shared.drop(text);
    const isJoined = this.#joinedWith(members);
    const misfit = members.find((member) => {
      if (this.#enter(member, isJoined).length > 0) return true;
      this.#versions.set(member.entry.text, member.object);
      this.#shared.put(member.entry.text, member.object);
      return false;
    });
    if (misfit === undefined) {
      for (const member of members) this.#accept(member);
      return undefined;
    }
    for (const { text } of before) this.#register.drop(text);
    for (const { text, uses, version } of before) {
      this.#register.restore(text, uses);
      if (version === undefined) this.#versions.delete(text);
      else this.#versions.set(text, version);
      this.#shared.drop(text);
      if (version !== undefined) this.#shared.put(text, version);
    }
    return misfit;
  }

  /** Which routers would be joined within their AS if what is tried were accepted. */
  #joinedWith(tried: readonly Attempt[]): IsOneAs {
    let isJoined: IsOneAs | undefined;
    return (one, other) => {
      isJoined ??= joinedWithin(this.#liveWith(tried));
      return isJoined(one, other);
    };
  }

  #liveWith(tried: readonly Attempt[]): readonly TestbedObject[] {
    const versions = new Map(this.#versions);
    for (const { entry, object } of tried) versions.set(entry.text, object);
    return [...versions].flatMap(([text, object]) =>
      this.#entries.get(text)?.live === true ? [object] : [],
    );
  }

  #worldOf(entry: Entry): World {
    const named = new Set(entry.accepted === undefined ? [] : routersNamedBy(entry.accepted.object));
    return {
      router: (name): RouterStanding => this.#routerStanding(name, named),
      spec: (name) => {
        const router = this.#versions.get(refText({ kind: 'Router', name }));
        return router?.kind === 'Router' ? router.spec : undefined;
      },
      asn: (router) => this.#register.of('asn', routerKey(router))?.value,
      path: (name) => {
        const text = refText({ kind: 'Path', name });
        const path = this.#versions.get(text);
        return path?.kind === 'Path' ? path : undefined;
      },
      shapes: (link) => this.#shared.shapes(link, entry.text),
      sessions: (link) => this.#shared.sessions(link, entry.text),
      segmented: (link) => this.#shared.segmented(link, entry.text),
      accessClaims: (experiment) => this.#committed.accessOf(experiment),
    };
  }

  #routerStanding(name: string, named: ReadonlySet<string>): RouterStanding {
    const text = refText({ kind: 'Router', name });
    const entry = this.#entries.get(text);
    if (!this.#versions.has(text)) return entry?.written === undefined ? 'absent' : 'rejected';
    if (this.#contested.has(text) && this.#refused.has(text)) return 'rejected';
    return entry?.live === true || named.has(name) ? 'accepted' : 'kept';
  }
}

/** A router may need a Path to be of its AS, and the Path the router. */
function joinersOf(entries: Iterable<Entry>): ReadonlyMap<string, readonly string[]> {
  const joiners = new Map<string, string[]>();
  for (const { text, candidate } of entries) {
    if (candidate?.kind !== 'Path') continue;
    for (const router of candidate.spec.via.map((name) => refText({ kind: 'Router', name })))
      joiners.set(router, [...(joiners.get(router) ?? []), text]);
  }
  return joiners;
}

/** Whether a router wrote the AS number already: it stays of its AS when the Path goes that joined it. */
const isOfItsAs = ({ entry, object }: Attempt): boolean =>
  object.kind === 'Router' &&
  entry.accepted?.object.kind === 'Router' &&
  entry.accepted.object.spec.asn === object.spec.asn;

function firstWritten({ entry: one }: Attempt, { entry: other }: Attempt): number {
  const kinds = KIND_ORDER[one.ref.kind] - KIND_ORDER[other.ref.kind];
  if (kinds !== 0) return kinds;
  const [earlier, later] = [one.written?.modRevision ?? 0n, other.written?.modRevision ?? 0n];
  if (earlier !== later) return earlier < later ? -1 : 1;
  return one.text < other.text ? -1 : 1;
}
