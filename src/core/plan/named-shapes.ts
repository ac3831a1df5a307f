import type { TestbedObject } from '../../api/object.ts';
import { type LinkShape, shapesOf } from './link-shape.ts';

/** Which Paths name properties of which links, among the versions that are accepted at this moment. */
export class NamedShapes {
  /** By link, then by refText. */
  readonly #shapes = new Map<string, Map<string, LinkShape>>();
  /** By refText: its links. */
  readonly #links = new Map<string, readonly string[]>();

  /** @param versions by refText. */
  constructor(versions: ReadonlyMap<string, TestbedObject>) {
    for (const [text, object] of versions) this.put(text, object);
  }

  /** In place of its earlier version. */
  put(text: string, object: TestbedObject): void {
    this.drop(text);
    if (object.kind !== 'Path') return;
    const named = shapesOf(object);
    if (named.length > 0)
      this.#links.set(
        text,
        named.map(({ key }) => key),
      );
    for (const { key, shape } of named) {
      const users = this.#shapes.get(key) ?? new Map<string, LinkShape>();
      this.#shapes.set(key, users.set(text, shape));
    }
  }

  drop(text: string): void {
    for (const key of this.#links.get(text) ?? []) this.#shapes.get(key)?.delete(text);
    this.#links.delete(text);
  }

  /** What others than `text` name for a link. */
  of(link: string, text: string): readonly { readonly user: string; readonly shape: LinkShape }[] {
    const users = this.#shapes.get(link);
    if (users === undefined) return [];
    return [...users].filter(([user]) => user !== text).map(([user, shape]) => ({ user, shape }));
  }
}
