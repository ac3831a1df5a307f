import { Lifecycle } from '../../runtime/lifecycle.ts';
import { guardProcess } from '../../runtime/process-guard.ts';
import { SystemClock } from '../../runtime/system-clock.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { usageError } from '../exit.ts';
import type { Session } from '../session.ts';
import { runOperator } from '../wire.ts';

/** Runs the operator until a signal ends it. The process then exits by itself: nothing is left open. */
export async function run(session: Session): Promise<void> {
  const settings = await session.settings();
  const { nodes } = settings.docker;
  if (nodes === undefined) {
    throw usageError(
      'HINGE_NODES: expected the engines of the Swarm, such as node1=unix:///var/run/docker.sock,node2=ssh://root@node2',
    );
  }
  const logger = createLogger({ level: settings.log.level ?? 'info', format: settings.log.format });
  const lifecycle = new Lifecycle({ clock: new SystemClock(), logger });
  guardProcess(lifecycle, logger);
  try {
    await runOperator(
      {
        ...settings,
        docker: { ...settings.docker, nodes },
      },
      lifecycle,
      logger,
    );
  } finally {
    await lifecycle.stop('the operator has ended');
  }
}
