import { expect } from 'vitest';
import type { RouterStatus } from '../../src/api/status.ts';
import { eventually } from './eventually.ts';
import { hinge } from './operator.ts';
import { type Document, document, router, type Testbed } from './testbed.ts';

const NAMES = ['r1', 'r2', 'r3'] as const;

/** Three routers in a row, and how they are replaced. */
export class Rollout {
  readonly names: readonly string[] = NAMES;
  readonly chain = document('Path', 'chain', { via: NAMES });
  readonly refs = [...NAMES.map(router), this.chain.ref];
  readonly #testbed: Testbed;

  constructor(testbed: Testbed) {
    this.#testbed = testbed;
  }

  /** The routers, all with the same spec. */
  routers(spec: Readonly<Record<string, unknown>> = {}): readonly Document[] {
    return NAMES.map((name) => document('Router', name, spec));
  }

  /** Writes them in one transaction: those that are put one by one are replaced in the order in which they come. */
  async apply(documents: readonly Document[]): Promise<void> {
    const { exitCode, stderr } = await hinge(this.#testbed.env, ['apply', '-f', '-'], textOf(documents));
    expect(exitCode, stderr).toBe(0);
  }

  async status(name: string): Promise<RouterStatus | undefined> {
    return this.#testbed.status(router(name));
  }

  /** Containers of routers that ended and started since a mark, in the order in which the engines said so. */
  async turns(mark: number): Promise<readonly string[]> {
    const seen = await this.#testbed.events();
    const end = await seen.mark();
    // Of routers in sandboxes, their own containers: these alone are replaced.
    const service = new RegExp(`^(?:${this.#testbed.prefix.slice(1)}-(r[1-3])\\.|(r[1-3])$)`);
    return seen.events.slice(mark, end).flatMap(({ what, name }) => {
      const found = service.exec(name);
      const which = found?.[1] ?? found?.[2];
      return which !== undefined && (what === 'container die' || what === 'container start')
        ? [`${which} ${what.replace('container ', '')}`]
        : [];
    });
  }

  /** Looks at the statuses until all are Ready. @returns what was remembered of each replacement, in the order in which they began */
  async watch(): Promise<ReadonlyMap<string, readonly string[]>> {
    const begun = new Map<string, readonly string[]>();
    await eventually(
      async () => {
        const all = await Promise.all(NAMES.map(async (name) => [name, await this.status(name)] as const));
        const away = all.filter(([, one]) => one?.replacement !== undefined);
        expect(away.length, away.map(([name]) => name).join()).toBeLessThanOrEqual(1);
        for (const [name, one] of away) begun.set(name, one?.replacement?.sessions ?? []);
        const ready = all.filter(([, one]) => isReady(one));
        if (ready.length < NAMES.length || begun.size < NAMES.length)
          throw new Error(
            `Ready: ${ready.map(([name]) => name).join()}; away: ${away.map(([name]) => name).join()}`,
          );
      },
      { timeoutMs: 200_000, intervalMs: 100, message: 'all routers were replaced and are Ready' },
    );
    return begun;
  }
}

/** Several documents as one file. */
export const textOf = (documents: readonly Document[]): string =>
  documents.map(({ text }) => text).join('\n---\n');

const isReady = (status: RouterStatus | undefined): boolean =>
  status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
