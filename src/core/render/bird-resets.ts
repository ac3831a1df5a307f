import { extraConfigOf } from './bird-extra.ts';
import type { SessionReset } from './session-reset.ts';

/**
 * Which sessions a change of extraConfig resets. Blocks that a user writes are protocols of their own, and BIRD restarts only those that
 * differ; but another router ID restarts everything (deploy/images/router-bird/README.md, "What resets a session").
 */
export function extraConfigResets(before: string, after: string): readonly SessionReset[] {
  const [old, now] = [before, after].map(
    (text) =>
      new Set(
        extraConfigOf(text)
          .split('\n')
          .map((line) => line.trim().replace(/\s+/g, ' '))
          .filter((line) => line.startsWith('router id ')),
      ),
  );
  const only = (
    lines: ReadonlySet<string> | undefined,
    others: ReadonlySet<string> | undefined,
    change: SessionReset['change'],
  ): SessionReset[] =>
    [...(lines ?? [])]
      .filter((line) => others?.has(line) !== true)
      .map((line) => ({ line, change, neighbor: undefined, certain: true }));
  return [...only(old, now, 'removed'), ...only(now, old, 'added')];
}
