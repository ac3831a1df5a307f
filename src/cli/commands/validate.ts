import type { Command } from 'commander';
import type { ValidateOptions } from '../actions/validate.ts';
import { exampleText } from '../help.ts';
import { collect } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerValidate(program: Command, context: CliContext): void {
  program
    .command('validate')
    .summary('check files without etcd')
    .description(
      'Checks files as the operator would, without etcd or Docker: each object by itself, and all of ' +
        'them together as if they were the whole testbed (unknown routers, AS numbers that are taken, ' +
        'subnets that overlap or are too small). Each problem is named with file, line, field, value and ' +
        'what was expected.',
    )
    .requiredOption(
      '-f, --filename <path>',
      'file, directory, or - for standard input; may be repeated',
      collect,
    )
    .option('--partial', 'the files are only a part of the testbed: references to other objects are warnings')
    .addHelpText(
      'after',
      `${exampleText([
        ['hinge validate -f examples/figure-3', 'a whole testbed'],
        ['hinge validate -f my-path.yaml --partial', 'one file of it, as in a pre-commit hook'],
      ])}
The pools of HINGE_POOL_* count: what does not fit into them is a problem.
`,
    )
    .action(async (options: ValidateOptions, command: Command) => {
      const { validate } = await import('../actions/validate.ts');
      await validate(new Session(context, command), options);
    });
}
