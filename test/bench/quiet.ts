import { readFileSync } from 'node:fs';
import { waitFor } from '../../deploy/lab/wait.ts';

/** Milliseconds over which one look counts. */
const WINDOW_MS = 1000;
/** Share of all processors below which the machine counts as quiet: three idle engines, etcd and what else is always there. */
const QUIET_SHARE = 0.15;
/** So many looks in a row must find it quiet. */
const LOOKS = 3;

interface Ticks {
  readonly at: number;
  readonly busy: number;
  readonly all: number;
}

function ticks(): Ticks {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { at: performance.now(), busy, all: busy + idle + wait };
}

/** Processor time of the whole machine that passes between two moments. */
export class MachineLoad {
  readonly #start = ticks();

  /** Seconds of all processors together since the start. */
  get busySeconds(): number {
    return (ticks().busy - this.#start.busy) / 100;
  }

  /** Share of all processors, 0 to 1. */
  get busyShare(): number {
    const now = ticks();
    return (now.busy - this.#start.busy) / Math.max(1, now.all - this.#start.all);
  }

  get elapsedMs(): number {
    return performance.now() - this.#start.at;
  }
}

/**
 * Waits until the machine has little to do. Gives up after a while, since others may work on it: what is measured then says how
 * busy it was before.
 * @returns the share of all processors that was busy at last, 0 to 1
 */
export async function quietMachine(boundMs: number, signal: AbortSignal): Promise<number> {
  let window = new MachineLoad();
  let share = 1;
  let looks = 0;
  const look = (): true | undefined => {
    if (window.elapsedMs < WINDOW_MS) return undefined;
    share = window.busyShare;
    window = new MachineLoad();
    looks = share < QUIET_SHARE ? looks + 1 : 0;
    return looks >= LOOKS ? true : undefined;
  };
  await waitFor('the machine to be quiet', look, { within: boundMs, signal }).catch(() =>
    signal.throwIfAborted(),
  );
  return share;
}
