import type { Clock } from '../ports/clock.ts';
import type { HealthCheck } from '../ports/health.ts';

export interface CheckOptions {
  /** A success is worth nothing after this time, in milliseconds. Default: it holds until the next failure. */
  readonly staleAfterMs?: number;
}

export interface CheckReport {
  readonly name: string;
  readonly ok: boolean;
  /** For people. */
  readonly message: string;
  /** RFC 3339. */
  readonly lastSuccess?: string;
}

export interface HealthReport {
  readonly ok: boolean;
  /** In the order of registration. */
  readonly checks: readonly CheckReport[];
}

interface Check {
  readonly staleAfterMs: number;
  ok: boolean;
  message: string;
  success?: { readonly at: string; readonly monotonicMs: number };
}

/** Whether the parts of this operator work, as they say themselves. A part that has not yet said anything does not. */
export class Health {
  readonly #clock: Clock;
  readonly #checks = new Map<string, Check>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Error when the name is taken. */
  register(name: string, options: CheckOptions = {}): HealthCheck {
    if (this.#checks.has(name)) throw new Error(`health check ${name} is registered twice`);
    const check: Check = {
      staleAfterMs: options.staleAfterMs ?? Infinity,
      ok: false,
      message: 'not checked yet',
    };
    this.#checks.set(name, check);
    return {
      succeed: (message = '') => {
        check.ok = true;
        check.message = message;
        check.success = { at: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() };
      },
      fail: (message) => {
        check.ok = false;
        check.message = message;
      },
    };
  }

  report(): HealthReport {
    const checks = [...this.#checks].map(([name, check]) => this.#reportOf(name, check));
    return { ok: checks.every(({ ok }) => ok), checks };
  }

  #reportOf(name: string, check: Check): CheckReport {
    const { ok, message, success, staleAfterMs } = check;
    const lastSuccess = success === undefined ? {} : { lastSuccess: success.at };
    const ageMs = success === undefined ? Infinity : this.#clock.monotonicMs() - success.monotonicMs;
    if (ok && ageMs > staleAfterMs) {
      const seconds = Math.round(ageMs / 1000);
      return { name, ok: false, message: `no sign of life for ${seconds} s`, ...lastSuccess };
    }
    return { name, ok, message, ...lastSuccess };
  }
}
