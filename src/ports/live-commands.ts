import type { NamespaceCommand } from './node-engine.ts';
import type { ConsoleTarget } from './router-console.ts';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** A command that somebody watches or talks to, without a time limit. */
export interface LiveCommand extends Pick<NamespaceCommand, 'namespaces' | 'argv'> {
  /** It gets a terminal of this type (`xterm-256color`) and size, on which stdout and stderr are one; undefined: none. */
  readonly terminal?: TerminalSize & { readonly type: string };
  /** Called with output as it comes, one call at a time: the command waits meanwhile. What it throws ends the command. */
  readonly receive: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void | Promise<void>;
}

export interface LiveProcess {
  /** Hands on input. Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more input; without a terminal the command sees its end. */
  endInput(): void;
  resize(size: TerminalSize): void;
  /** What Ctrl-C does where there is no terminal (SIGINT). */
  interrupt(): void;
  /**
   * Settles when the command has ended and all its output was received: with its exit code, for a signal 128 and its number, as a shell has it.
   * Rejects with DockerError when the connection breaks, and with what `receive` throws.
   */
  readonly exitCode: Promise<number>;
}

/** Commands in the namespaces of workloads that live as long as this process: when it ends, in whatever way, they are killed. */
export interface LiveCommands {
  /** @throws DockerError when the node has no endpoint, the helper is not there, or the container does not run. */
  start(target: ConsoleTarget, command: LiveCommand): Promise<LiveProcess>;
}
