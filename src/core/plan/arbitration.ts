import { refText, type TestbedObject } from '../../api/object.ts';
import type { CommittedClaims } from './committed-claims.ts';
import { cyclesOf } from './cycles.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';
import { checkObject, routersNamedBy, wantsOf } from './object-check.ts';
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
  readonly #refused = new Map<string, { readonly attempt: Attempt; readonly findings: readonly Finding[] }>();
  readonly #accepted = new Set<string>();

  constructor(entries: ReadonlyMap<string, Entry>, committed: CommittedClaims, standing: Standing) {
    this.#entries = entries;
    this.#committed = committed;
    this.#register = standing.register;
    this.#versions = standing.versions;
    this.#contested = standing.contested;
    this.#shared = new SharedLinks(standing.versions);
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
    const findings = this.#enter(attempt);
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
  #enter({ entry, object }: Attempt): readonly Finding[] {
    const world = this.#worldOf(entry);
    const findings = checkObject(object, world);
    const fields = new Set(findings.map(({ problem }) => problem.field));
    const conflicts = this.#register.hold(entry.text, wantsOf(object, world));
    return [...findings, ...conflicts.filter(({ problem }) => !fields.has(problem.field))];
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
    const graph = new Map(
      refused.map(({ attempt, findings }) => [
        attempt.entry.text,
        findings.flatMap(({ blockers }) => blockers),
      ]),
    );
    for (const cycle of cyclesOf(graph)) {
      const members = cycle.flatMap((text) => this.#refused.get(text)?.attempt ?? []);
      if (!this.#tryTogether(members)) continue;
      this.#tryEach(this.#waitingFor(new Set(cycle)));
      return true;
    }
    return false;
  }

  #tryTogether(members: readonly Attempt[]): boolean {
    const before = members.map(({ entry }) => ({
      text: entry.text,
      uses: this.#register.drop(entry.text),
      version: this.#versions.get(entry.text),
    }));
    for (const { text } of before) this.#shared.drop(text);
    const fits = members.every((member) => {
      if (this.#enter(member).length > 0) return false;
      this.#versions.set(member.entry.text, member.object);
      this.#shared.put(member.entry.text, member.object);
      return true;
    });
    if (fits) {
      for (const member of members) this.#accept(member);
      return true;
    }
    for (const { text } of before) this.#register.drop(text);
    for (const { text, uses, version } of before) {
      this.#register.restore(text, uses);
      if (version === undefined) this.#versions.delete(text);
      else this.#versions.set(text, version);
      this.#shared.drop(text);
      if (version !== undefined) this.#shared.put(text, version);
    }
    return false;
  }

  #worldOf(entry: Entry): World {
    const named = new Set(entry.accepted === undefined ? [] : routersNamedBy(entry.accepted.object));
    return {
      router: (name): RouterStanding => this.#routerStanding(name, named),
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

function firstWritten({ entry: one }: Attempt, { entry: other }: Attempt): number {
  const kinds = KIND_ORDER[one.ref.kind] - KIND_ORDER[other.ref.kind];
  if (kinds !== 0) return kinds;
  const [earlier, later] = [one.written?.modRevision ?? 0n, other.written?.modRevision ?? 0n];
  if (earlier !== later) return earlier < later ? -1 : 1;
  return one.text < other.text ? -1 : 1;
}
