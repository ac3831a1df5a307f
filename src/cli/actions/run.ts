import { Lifecycle } from '../../runtime/lifecycle.ts';
import { guardProcess } from '../../runtime/process-guard.ts';
import { SystemClock } from '../../runtime/system-clock.ts';
import { createLogger } from '../../telemetry/logger.ts';
import type { Session } from '../session.ts';
import { runOperator } from '../wire.ts';

/** Runs the operator until a signal ends it. The process then exits by itself: nothing is left open. */
export async function run(session: Session): Promise<void> {
  const settings = await session.settingsWithNodes();
  const logger = createLogger({ level: settings.log.level ?? 'info', format: settings.log.format });
  const lifecycle = new Lifecycle({ clock: new SystemClock(), logger });
  guardProcess(lifecycle, logger);
  try {
    await runOperator(settings, lifecycle, logger);
  } finally {
    await lifecycle.stop('the operator has ended');
  }
}
