import { createLogger } from '../../../src/telemetry/logger.ts';
import type { Logger } from '../../../src/ports/logger.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** The real logger, writing into memory. */
export const memoryLogger = (): { readonly logger: Logger; readonly lines: LogLine[] } => {
  const lines: LogLine[] = [];
  const destination = { write: (text: string) => void lines.push(JSON.parse(text) as LogLine) };
  return { logger: createLogger({ level: 'debug', format: 'json', destination }), lines };
};
