import equal from 'fast-deep-equal';
import type { Status } from '../../api/status.ts';

/** Readings that change by themselves: they are written together with something that matters, never alone. */
const VOLATILE: ReadonlySet<string> = new Set(['checkedAt', 'uptime', 'rttMs']);

/** True when writing `next` over `previous` would tell nobody anything new. */
export const sameStatus = (previous: Status | undefined, next: Status): boolean =>
  previous !== undefined && equal(lasting(previous), lasting(next));

function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !VOLATILE.has(key) && item !== undefined)
      .map(([key, item]) => [key, lasting(item)]),
  );
}
