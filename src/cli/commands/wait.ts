import type { Command } from 'commander';
import type { WaitOptions } from '../actions/wait.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { timeoutOption } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerWait(program: Command, context: CliContext): void {
  program
    .command('wait')
    .summary('wait for a condition of objects')
    .description(
      'Waits until all named objects have a condition, or are gone. Only a status that is about the ' +
        'object as it is written now counts, so that a wait after an apply means the new version. When ' +
        'time is up the conditions are shown, and the exit code is 1.',
    )
    .argument('<object...>', 'KIND/NAME…, KIND NAME…, or KIND with --all')
    .requiredOption('--for <goal>', 'condition=TYPE, condition=TYPE=True|False|Unknown, or delete')
    .option('--all', 'all objects of the kind')
    .addOption(timeoutOption('60s', '; 0 looks once'))
    .addHelpText(
      'after',
      exampleText([
        [
          'hinge wait --for=condition=Ready ex/fig3 --timeout 5m',
          'until packets were seen to take the declared way',
        ],
        ['hinge wait --for=condition=Established routers --all', 'until all sessions are up'],
        ['hinge wait --for=delete rt/vyos-57', 'until a router is gone'],
      ]) + STORE_NOTE,
    )
    .action(async (words: string[], options: WaitOptions, command: Command) => {
      const { wait } = await import('../actions/wait.ts');
      await wait(new Session(context, command), words, options);
    });
}
