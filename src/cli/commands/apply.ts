import type { Command } from 'commander';
import type { ApplyOptions } from '../actions/apply.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { collect } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerApply(program: Command, context: CliContext): void {
  program
    .command('apply')
    .summary('create or update objects from files')
    .description(
      'Writes the objects of the files into etcd, as they are written, comments included. All are ' +
        'checked first: when one is bad nothing is written, and each problem is named with file, line, ' +
        'field, value and what was expected. A reference to an object that may still come is only a ' +
        'warning. Objects that are already there with the same content are left alone.',
    )
    .requiredOption(
      '-f, --filename <path>',
      'file, directory, or - for standard input; may be repeated',
      collect,
    )
    .option('--dry-run', 'say what would be done, write nothing')
    .option('--force', 'skip the checks against other objects; the operator then says what is wrong')
    .addHelpText(
      'after',
      exampleText([
        ['hinge apply -f examples/first', 'all files of a directory'],
        ['cat lab.yaml | hinge apply -f -', 'from standard input'],
        ['hinge get router tokyo -o yaml | sed s/frr:1/frr:2/ | hinge apply -f -', 'change one field'],
      ]) + STORE_NOTE,
    )
    .action(async (options: ApplyOptions, command: Command) => {
      const { apply } = await import('../actions/apply.ts');
      await apply(new Session(context, command), options);
    });
}
