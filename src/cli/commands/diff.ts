import { type Command, Option } from 'commander';
import type { DiffOptions } from '../actions/diff.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { collect } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerDiff(program: Command, context: CliContext): void {
  program
    .command('diff')
    .summary('show what files would change, and which sessions that touches')
    .description(
      'Plans as the operator would once the files are applied, and compares that with what is accepted now: ' +
        'objects, containers that are replaced or configured in place, networks, and the running BGP sessions ' +
        'that would be reset or ended, with the reason. Nothing is written, and Docker is not asked. A bad ' +
        'object is an error, as for validate. Exit codes: 0 nothing would change, 1 something would, 2 error.',
    )
    .requiredOption(
      '-f, --filename <path>',
      'file, directory, or - for standard input; may be repeated',
      collect,
    )
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(['json']))
    .addHelpText(
      'after',
      exampleText([
        ['hinge diff -f examples/first', 'before an apply'],
        ['hinge diff -f lab/ -o json | jq .sessions', 'for programs'],
        ['hinge diff -f lab/ && echo nothing to do', 'is the testbed as in these files?'],
      ]) +
        STORE_NOTE +
        'The pools of HINGE_POOL_* and the images of HINGE_IMAGE_* count: set them as the operator has them.\n',
    )
    .action(async (options: DiffOptions, command: Command) => {
      const { diff } = await import('../actions/diff.ts');
      await diff(new Session(context, command), options);
    });
}
