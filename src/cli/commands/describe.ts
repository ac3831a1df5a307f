import type { Command } from 'commander';
import { exampleText, STORE_NOTE } from '../help.ts';
import { type CliContext, Session } from '../session.ts';

export function registerDescribe(program: Command, context: CliContext): void {
  program
    .command('describe')
    .summary('show all about an object: conditions, sessions, proofs, events')
    .description(
      'Shows everything that is known about an object: what was written, what is wrong with it, its ' +
        'conditions, what is in effect (addresses, interfaces, BGP sessions, links, proofs), and its ' +
        'events.',
    )
    .argument('<kind>', 'kind, or KIND/NAME')
    .argument('[name...]', 'names')
    .addHelpText(
      'after',
      exampleText([
        ['hinge describe router vyos-57', 'one router, with its sessions'],
        ['hinge describe ex/fig3 pa/figure-3', 'two objects'],
      ]) + STORE_NOTE,
    )
    .action(async (kind: string, names: string[], _options: unknown, command: Command) => {
      const { describe } = await import('../actions/describe.ts');
      await describe(new Session(context, command), [kind, ...names]);
    });
}
