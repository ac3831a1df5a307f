/** What `hinge` exits with; documented in its help. */
export const EXIT = { ok: 0, problem: 1, usage: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command. The message is for people, complete, and shown without a stack. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.problem, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** The command line or a setting cannot be used. */
export const usageError = (message: string): CliError => new CliError(message, EXIT.usage);
