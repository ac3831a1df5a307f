/** Structured log: a constant message plus keys (pino's calling convention). */
export interface Logger {
  child(bindings: Readonly<Record<string, unknown>>): Logger;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
