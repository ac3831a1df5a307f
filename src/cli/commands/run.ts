import type { Command } from 'commander';
import { exampleText } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerRun(program: Command, context: CliContext): void {
  const command = program
    .command('run')
    .summary('run the operator')
    .description(
      `Runs the operator: makes real what the objects in etcd declare, keeps it so, and proves it, until it gets SIGTERM or
SIGINT. Any number may run; one leads, the others stand by. What runs in Docker goes on without it.`,
    )
    .addHelpText(
      'after',
      exampleText([
        ['hinge run --nodes node1=unix:///var/run/docker.sock', 'a Swarm of one node, etcd on this machine'],
        [
          'HINGE_ETCD_ENDPOINTS=etcd:2379 HINGE_NODES=n1=ssh://root@n1,n2=ssh://root@n2 hinge run',
          'two nodes over ssh',
        ],
        ['curl -s http://127.0.0.1:9464/readyz?verbose', 'is it ready?'],
      ]),
    )
    .action(async (_options: unknown, run: Command) => {
      const { run: start } = await import('../actions/run.ts');
      await start(new Session(context, run));
    });
  addSettings(command, 'engines');
  addSettings(command, 'operator');
}
