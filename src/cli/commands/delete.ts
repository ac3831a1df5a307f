import type { Command } from 'commander';
import type { DeleteOptions } from '../actions/delete.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { collect, timeoutOption } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerDelete(program: Command, context: CliContext): void {
  program
    .command('delete')
    .summary('delete objects')
    .description(
      "Deletes objects' keys in etcd. The operator then takes down what runs for them. A Router that a " +
        'Path or an Experiment still names is kept until nothing names it. With --wait the command ends ' +
        'when all of it is gone.',
    )
    .argument('[kind]', 'kind, or KIND/NAME')
    .argument('[name...]', 'names')
    .option(
      '-f, --filename <path>',
      'delete the objects in a file, directory, or - for standard input',
      collect,
    )
    .option('--all', 'all objects of the kind')
    .option('--ignore-not-found', 'an object that is not there is no problem')
    .option('--wait', 'wait until everything that ran for the objects is gone')
    .addOption(timeoutOption('5m', ', with --wait'))
    .addHelpText(
      'after',
      exampleText([
        ['hinge delete experiment fig3', 'one object'],
        ['hinge delete -f examples/first --wait', 'what was applied, and wait until it is gone'],
        ['hinge delete all --all', 'the whole testbed'],
      ]) + STORE_NOTE,
    )
    .action(async (kind: string | undefined, names: string[], options: DeleteOptions, command: Command) => {
      const { deleteObjects } = await import('../actions/delete.ts');
      await deleteObjects(new Session(context, command), kind === undefined ? [] : [kind, ...names], options);
    });
}
