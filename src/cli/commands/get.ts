import { type Command, Option } from 'commander';
import type { GetOptions } from '../actions/get.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { type CliContext, Session } from '../session.ts';

export function registerGet(program: Command, context: CliContext): void {
  program
    .command('get')
    .summary('show objects as a table, YAML or JSON')
    .description(
      'Shows objects with what the operator has found out about them. -o yaml and -o json show the ' +
        'whole object: what was written, defaults, and status; the output can be applied again.',
    )
    .argument('<kind>', 'routers, paths, experiments, several with commas, all, or KIND/NAME')
    .argument('[name...]', 'names; without any, all objects of the kind')
    .addOption(
      new Option('-o, --output <format>', 'how to show them').choices(['wide', 'yaml', 'json', 'name']),
    )
    .option('-w, --watch', 'go on with objects that change, until interrupted')
    .option(
      '-l, --selector <labels>',
      'only objects with these labels: site=tokyo, site!=tokyo, "site in (a,b)", site, !site',
    )
    .addHelpText(
      'after',
      exampleText([
        ['hinge get all', 'everything'],
        ['hinge get rt,pa -o wide', 'routers and paths, with more columns'],
        ['hinge get router vyos-57 -o yaml', 'one object, with defaults and status'],
        ['hinge get ex -w', 'experiments, and each change of one'],
      ]) + STORE_NOTE,
    )
    .action(async (kind: string, names: string[], options: GetOptions, command: Command) => {
      const { get } = await import('../actions/get.ts');
      await get(new Session(context, command), [kind, ...names], options);
    });
}
