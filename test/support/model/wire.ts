import { DockerError } from '../../../src/core/failure.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Faults } from './faults.ts';

export interface WireOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  /** From 0 up to 1: how long each call takes. */
  readonly random: () => number;
  /** The operator at this end dies: called once. */
  readonly crash: () => void;
  /** Told of every call that changes something. */
  readonly told: (call: string) => void;
}

/** A call takes up to so many milliseconds each way. */
const LATENCY_MS = 40;

/** One operator's connection to the outside world; dead with it. */
export class Wire {
  readonly #options: WireOptions;
  #dead = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** The operator is no more: none of its calls arrives. */
  cut(): void {
    this.#dead = true;
  }

  /** @param from node name, or `swarm`. */
  async read<T>(from: string, look: () => T): Promise<T> {
    await this.#travel(from);
    const seen = look();
    await this.#travel(from);
    return seen;
  }

  /** @param to node name, or `swarm`. @param call for people. */
  async change<T>(to: string, call: string, act: () => T): Promise<T> {
    const { faults, told } = this.#options;
    await this.#travel(to);
    const fault = faults.take();
    if (fault !== undefined) told(`${call}: ${fault}`);
    switch (fault) {
      case 'lost':
        throw new DockerError('unreachable', `${call}: the connection was reset`);
      case 'refused':
        throw new DockerError('rejected', `${call}: the engine is not in the mood`);
      case 'crash before':
        throw this.#die();
      case undefined:
      case 'unanswered':
      case 'crash after':
    }
    const result = this.#told(call, act);
    if (fault === 'crash after') throw this.#die();
    if (fault === 'unanswered') throw new DockerError('timeout', `${call}: no answer`);
    await this.#travel(to);
    return result;
  }

  #told<T>(call: string, act: () => T): T {
    const { told } = this.#options;
    try {
      const result = act();
      told(call);
      return result;
    } catch (error) {
      told(`${call}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }

  #die(): Error {
    if (!this.#dead) this.#options.crash();
    this.#dead = true;
    return new Error('this operator is dead');
  }

  async #travel(where: string): Promise<void> {
    const { clock, random, faults } = this.#options;
    await clock.delay(1 + Math.floor(random() * LATENCY_MS));
    if (this.#dead) throw new Error('this operator is dead');
    if (faults.unreachable.has(where)) throw new DockerError('unreachable', `${where} does not answer`);
  }
}
