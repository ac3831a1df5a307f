import { constants } from 'node:os';
import type { Logger } from '../ports/logger.ts';
import type { Lifecycle } from './lifecycle.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What the guard needs of a process; `process` is one. */
export type HostProcess = Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;

/**
 * Ties the process to its lifecycle: the first SIGTERM or SIGINT stops it in order, a second one ends it at once with 128 + the
 * signal's number, and an error that nobody caught ends it with 1, since nobody knows what state it left behind.
 *
 * Exit codes after an orderly stop: 0, or 1 when something could not be released.
 * @param log must have written when it returns; the process may end right after it.
 * @returns the release of the handlers.
 */
export const guardProcess = (
  lifecycle: Lifecycle,
  log: Logger,
  host: HostProcess = process,
): (() => void) => {
  let stopping = false;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) {
      log.warn({ signal }, 'Second signal: ending at once');
      host.exit(128 + constants.signals[signal]);
    }
    stopping = true;
    void lifecycle.stop(signal).then((clean) => host.exit(clean ? 0 : 1));
  };
  const onFatal = (error: unknown, origin: string): void => {
    log.error({ err: error, origin }, 'Fatal: an error that nobody handled; ending at once');
    host.exit(1);
  };
  const onRejection = (reason: unknown): void => onFatal(reason, 'unhandledRejection');

  for (const signal of SIGNALS) host.on(signal, onSignal);
  host.on('uncaughtException', onFatal);
  host.on('unhandledRejection', onRejection);
  return () => {
    for (const signal of SIGNALS) host.off(signal, onSignal);
    host.off('uncaughtException', onFatal);
    host.off('unhandledRejection', onRejection);
  };
};
