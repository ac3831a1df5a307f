import type { Logger } from '../../src/ports/logger.ts';

const ignore = (): void => undefined;

/** A log that nobody reads. */
export const quiet: Logger = { child: () => quiet, debug: ignore, info: ignore, warn: ignore, error: ignore };
