import { DockerError } from '../../core/failure.ts';
import { redacted } from '../../core/render/frr-secrets.ts';
import type { CommandResult, NamespaceCommand, NodeEngine } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';

/** Of a fleet: what runs commands in containers, by node. */
export interface Runners {
  readonly engines: ReadonlyMap<string, Pick<NodeEngine, 'run'>>;
}

/** Runs a command in a workload's namespaces. @throws DockerError when the node has no endpoint or cannot be reached. */
export async function runIn(
  fleet: Runners,
  target: ConsoleTarget,
  command: Omit<NamespaceCommand, 'containerId'>,
): Promise<CommandResult> {
  const engine = fleet.engines.get(target.node);
  if (engine === undefined) {
    throw new DockerError('not-found', `node ${target.node} has no endpoint; add it to HINGE_NODES`);
  }
  return engine.run({ ...command, containerId: target.containerId });
}

/** As runIn, for commands that cannot fail in normal operation. @returns standard output. */
export async function outputOf(
  fleet: Runners,
  target: ConsoleTarget,
  command: Omit<NamespaceCommand, 'containerId'>,
): Promise<string> {
  const result = await runIn(fleet, target, command);
  if (result.exitCode !== 0) {
    const said = redacted((result.stderr || result.stdout).trim()).slice(0, 500);
    throw new DockerError(
      'rejected',
      `\`${command.argv.join(' ').slice(0, 200)}\` on ${target.node} exited with ${String(result.exitCode)}: ${said}`,
    );
  }
  return result.stdout;
}
