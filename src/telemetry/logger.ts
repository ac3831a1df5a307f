import { createRequire } from 'node:module';
import { type DestinationStream, type Logger as Pino, destination, pino, stdSerializers } from 'pino';
import type { Logger } from '../ports/logger.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `pretty` is for people at a terminal and needs the package pino-pretty; without it JSON is written, and says so once. */
  readonly format: LogFormat;
  /** Default: standard error, since standard output is for what a command prints. */
  readonly destination?: DestinationStream;
  /** How to get a stream for people onto the destination; default: pino-pretty, if it is there. */
  readonly pretty?: (destination: DestinationStream) => DestinationStream | undefined;
}

const SECRET_FIELDS = ['password', 'passphrase', 'secret', 'token', 'authorization', 'privateKey', 'tlsKey'];

/** Secrets as a field of the entry itself, of an object in it, or one level further down. */
const SECRET_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const MESSAGE_KEY = 'message';

type PrettyFactory = (options: Readonly<Record<string, unknown>>) => DestinationStream;

const loadPretty = (to: DestinationStream): DestinationStream | undefined => {
  try {
    const factory = createRequire(import.meta.url)('pino-pretty') as PrettyFactory;
    return factory({ destination: to, sync: true, messageKey: MESSAGE_KEY, translateTime: 'SYS:HH:MM:ss.l' });
  } catch {
    return undefined;
  }
};

/** pino's loggers fit the port; only `child` has to be narrowed. */
const adapt = (logger: Pino): Logger => ({
  child: (bindings) => adapt(logger.child(bindings)),
  debug: (fields, message) => logger.debug(fields, message),
  info: (fields, message) => logger.info(fields, message),
  warn: (fields, message) => logger.warn(fields, message),
  error: (fields, message) => logger.error(fields, message),
});

/**
 * The operator's log: one line per entry, the level as a word, the time in RFC 3339, `err` with its stack and causes, secrets
 * replaced. Written synchronously, so that the last words before an exit are there.
 */
export const createLogger = (options: LoggerOptions): Logger => {
  const plain = options.destination ?? destination({ dest: 2, sync: true });
  const pretty = options.format === 'pretty' ? (options.pretty ?? loadPretty)(plain) : undefined;
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: MESSAGE_KEY,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    },
    pretty ?? plain,
  );
  if (options.format === 'pretty' && pretty === undefined) {
    logger.warn('Log format "pretty" needs the package pino-pretty, which is not installed; writing JSON');
  }
  return adapt(logger);
};
