import type { LinkBgp } from '../../api/bgp.ts';
import type { Path } from '../../api/path.ts';
import type { TestbedObject } from '../../api/object.ts';
import { sessionsOf } from './link-sessions.ts';
import { type LinkShape, shapesOf } from './link-shape.ts';
import { pairsOf } from './pairs.ts';

/** What one Path names for one link. */
interface Named<T> {
  /** Of the link. */
  readonly key: string;
  readonly value: T;
}

/** Which Paths name what for which links, among the versions that are accepted at this moment. */
class NamedByPaths<T> {
  /** By link, then by refText. */
  readonly #values = new Map<string, Map<string, T>>();
  /** By refText: its links. */
  readonly #links = new Map<string, readonly string[]>();
  readonly #namedBy: (path: Path) => readonly Named<T>[];

  /** @param versions by refText. */
  constructor(namedBy: (path: Path) => readonly Named<T>[], versions: ReadonlyMap<string, TestbedObject>) {
    this.#namedBy = namedBy;
    for (const [text, object] of versions) this.put(text, object);
  }

  /** In place of its earlier version. */
  put(text: string, object: TestbedObject): void {
    this.drop(text);
    if (object.kind !== 'Path') return;
    const named = this.#namedBy(object);
    if (named.length > 0)
      this.#links.set(
        text,
        named.map(({ key }) => key),
      );
    for (const { key, value } of named) {
      const users = this.#values.get(key) ?? new Map<string, T>();
      this.#values.set(key, users.set(text, value));
    }
  }

  drop(text: string): void {
    for (const key of this.#links.get(text) ?? []) this.#values.get(key)?.delete(text);
    this.#links.delete(text);
  }

  /** What others than `text` name for a link. */
  of(link: string, text: string): readonly NamedBy<T>[] {
    const users = this.#values.get(link);
    if (users === undefined) return [];
    return [...users].filter(([user]) => user !== text).map(([user, value]) => ({ user, value }));
  }
}

/** What a Path, by its refText, names. */
export interface NamedBy<T> {
  readonly user: string;
  readonly value: T;
}

/** Everything that Paths which share a link have to agree on. */
export class SharedLinks {
  readonly #shapes: NamedByPaths<LinkShape>;
  readonly #sessions: NamedByPaths<LinkBgp>;
  readonly #segmented: NamedByPaths<true>;

  constructor(versions: ReadonlyMap<string, TestbedObject>) {
    this.#shapes = new NamedByPaths(
      (path) => shapesOf(path).map(({ key, shape }) => ({ key, value: shape })),
      versions,
    );
    this.#sessions = new NamedByPaths(
      (path) => sessionsOf(path).map(({ key, terms }) => ({ key, value: terms })),
      versions,
    );
    this.#segmented = new NamedByPaths(
      (path) =>
        path.spec.engineering === 'srv6' ? pairsOf(path).map(({ key }) => ({ key, value: true })) : [],
      versions,
    );
  }

  put(text: string, object: TestbedObject): void {
    this.#shapes.put(text, object);
    this.#sessions.put(text, object);
    this.#segmented.put(text, object);
  }

  drop(text: string): void {
    this.#shapes.drop(text);
    this.#sessions.drop(text);
    this.#segmented.drop(text);
  }

  shapes(link: string, text: string): readonly NamedBy<LinkShape>[] {
    return this.#shapes.of(link, text);
  }

  sessions(link: string, text: string): readonly NamedBy<LinkBgp>[] {
    return this.#sessions.of(link, text);
  }

  segmented(link: string, text: string): readonly string[] {
    return this.#segmented.of(link, text).map(({ user }) => user);
  }
}
