import type { CommandResult } from '../../ports/node-engine.ts';
import type { RouterTarget } from '../../ports/router-console.ts';
import { outputOf, runIn, type Runners } from './run-in.ts';

/** Commands in a router's container, in all of its namespaces. Each throws DockerError as runIn does. */
export class RouterShell {
  readonly #fleet: Runners;
  readonly #timeoutMs: number;

  /** @param timeoutMs of everything but changes of the configuration. */
  constructor(fleet: Runners, timeoutMs: number) {
    this.#fleet = fleet;
    this.#timeoutMs = timeoutMs;
  }

  /** @returns what it printed. */
  read(target: RouterTarget, argv: readonly string[]): Promise<string> {
    return outputOf(this.#fleet, target, { namespaces: 'all', argv, timeoutMs: this.#timeoutMs });
  }

  /** A command that does something, and cannot fail in normal operation. */
  async act(target: RouterTarget, argv: readonly string[]): Promise<void> {
    const command = { namespaces: 'all', argv, timeoutMs: this.#timeoutMs, changes: true } as const;
    await outputOf(this.#fleet, target, command);
  }

  /** A script that is given a configuration on its standard input, and may refuse it. */
  configure(
    target: RouterTarget,
    script: string,
    configuration: string,
    timeoutMs: number,
  ): Promise<CommandResult> {
    const argv = ['sh', '-c', script];
    return runIn(this.#fleet, target, {
      ...{ namespaces: 'all', argv, stdin: configuration, changes: true, timeoutMs },
    });
  }
}
