import { shortDigest } from '../core/render/digest.ts';
import type { Keys } from '../api/keys.ts';
import type { EventRecord } from '../api/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { FencedWriter } from './fenced-writer.ts';

/** One lease serves all events of this long, so that leases stay few. */
const LEASE_SHARED_MS = 10 * 60_000;
/** Events whose count is remembered. */
const REMEMBERED = 2_000;

interface EventRecorderDeps {
  readonly keys: Keys;
  readonly store: ObjectStore;
  readonly writer: FencedWriter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ttlSeconds: number;
}

/**
 * Events as Kubernetes has them: what happened to an object, kept for a while, the same one counted rather than repeated. Recording never
 * fails or delays a reconcile: an event that cannot be written is logged.
 */
export class EventRecorder {
  readonly #deps: EventRecorderDeps;
  readonly #recent = new Map<string, EventRecord>();
  #lease: { readonly id: Promise<string>; readonly since: number } | undefined;

  constructor(deps: EventRecorderDeps) {
    this.#deps = deps;
  }

  normal(object: EventRecord['object'], reason: string, message: string): void {
    void this.#record('Normal', object, reason, message);
  }

  warning(object: EventRecord['object'], reason: string, message: string): void {
    void this.#record('Warning', object, reason, message);
  }

  async #record(
    type: EventRecord['type'],
    object: EventRecord['object'],
    reason: string,
    message: string,
  ): Promise<void> {
    const { keys, writer, clock, logger } = this.#deps;
    const digest = shortDigest(`${type} ${reason} ${message}`, 8);
    const key = `${keys.events}${object.kind.toLowerCase()}/${object.name}/${reason}-${digest}`;
    const now = clock.now();
    const before = this.#recent.get(key);
    const event: EventRecord = {
      type,
      reason,
      message,
      object,
      count: (before?.count ?? 0) + 1,
      firstTimestamp: before?.firstTimestamp ?? now,
      lastTimestamp: now,
    };
    this.#recent.delete(key);
    this.#recent.set(key, event);
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.keys().next().value ?? '');
    try {
      const lease = await this.#currentLease();
      await writer.write([{ type: 'put', key, value: JSON.stringify(event), lease }]);
    } catch (error) {
      this.#lease = undefined;
      logger.warn({ err: error, object, reason, eventMessage: message }, 'event not recorded');
    }
  }

  #currentLease(): Promise<string> {
    const { clock, store, ttlSeconds } = this.#deps;
    const now = clock.monotonicMs();
    if (this.#lease === undefined || now - this.#lease.since > LEASE_SHARED_MS) {
      this.#lease = { id: store.grantLease(ttlSeconds + LEASE_SHARED_MS / 1000), since: now };
    }
    return this.#lease.id;
  }
}
