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

/** What `hinge diff` exits with, as diff itself does. */
export const DIFF_EXIT = { same: 0, differs: 1, error: 2 } as const;

/** Ends a command with an exit code of its own, after it has said everything; with a cause that is still to be reported. */
export class Exit extends Error {
  readonly exitCode: number;
  /** @param exitCode one of hinge's own, or that of a command that it ran for the user */
  constructor(exitCode: number, options?: { cause: unknown }) {
    super(`exit ${String(exitCode)}`, options);
    this.name = 'Exit';
    this.exitCode = exitCode;
  }
}

/** The command line or a setting cannot be used. */
export const usageError = (message: string): CliError => new CliError(message, EXIT.usage);
