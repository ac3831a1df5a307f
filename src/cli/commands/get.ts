import { type Command, Option } from 'commander';
import type { GetOptions } from '../actions/get.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

/** No kind of object, but asked for like one. */
const isRoutes = (word: string): boolean => ['routes', 'route'].includes(word.toLowerCase());

export function registerGet(program: Command, context: CliContext): void {
  const command = program
    .command('get')
    .summary('show objects as a table, YAML or JSON')
    .description(
      'Shows objects with what the operator has found out about them. -o yaml and -o json show the ' +
        'whole object: what was written, defaults, and status; the output can be applied again. ' +
        'get routes shows no objects but the best BGP routes of routers, as they are now; it asks the engines of HINGE_NODES.',
    )
    .argument('<kind>', 'routers, paths, experiments, several with commas, all, or KIND/NAME; or routes')
    .argument('[name...]', 'names; without any, all objects of the kind; for routes: routers')
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
        ['hinge get routes vyos-57', 'where one router sends packets, by BGP'],
      ]) + STORE_NOTE,
    )
    .action(async (kind: string, names: string[], options: GetOptions, command: Command) => {
      const session = new Session(context, command);
      if (isRoutes(kind)) {
        const { getRoutes } = await import('../actions/get-routes.ts');
        await getRoutes(session, names, options);
        return;
      }
      const { get } = await import('../actions/get.ts');
      await get(session, [kind, ...names], options);
    });
  addSettings(command, 'engines');
}
