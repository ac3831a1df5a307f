/**
 * A process with a lifecycle, for process-guard.test.ts: opens what its argument says, tells on standard output when
 * it is up, and waits.
 */
import { guardProcess } from '../../../src/runtime/process-guard.ts';
import { Lifecycle } from '../../../src/runtime/lifecycle.ts';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const logger = createLogger({ level: 'info', format: 'json' });
const lifecycle = new Lifecycle({ clock: new SystemClock(), logger });
guardProcess(lifecycle, logger);
lifecycle.register('server', () => void process.stdout.write('released\n'));

const faults: Readonly<Record<string, () => void>> = {
  'throws later': () =>
    setImmediate(() => {
      throw new Error('a bug');
    }),
  rejects: () => void Promise.reject(new Error('a forgotten promise')),
  'release hangs': () => lifecycle.register('engines', () => new Promise(() => undefined), 60_000),
  'release fails': () => lifecycle.register('engines', () => Promise.reject(new Error('no engine'))),
};

setInterval(() => undefined, 60_000);
faults[process.argv[2] ?? '']?.();
process.stdout.write('up\n');
