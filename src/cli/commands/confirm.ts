import type { Command } from 'commander';
import type { ConfirmOptions } from '../actions/confirm.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { type CliContext, Session } from '../session.ts';

export function registerConfirm(program: Command, context: CliContext): void {
  program
    .command('confirm')
    .summary('release what the operator holds back')
    .description(
      'Shows what the operator holds back until somebody confirms it, and confirms it after a question. When ' +
        "many objects' keys are deleted at a time other than with hinge delete (HINGE_DELETION_GUARD of the " +
        'operator), the objects stay and run on until then; writing them again withdraws the deletion. When etcd ' +
        'was wiped, replaced or set back to an older snapshot, the operator changes nothing at all; to confirm ' +
        'that is to take the store as it is now.',
    )
    .argument('[object...]', 'only the removal of these: KIND/NAME…, or KIND NAME…; asks nothing')
    .option('-y, --yes', 'ask nothing')
    .addHelpText(
      'after',
      exampleText([
        ['hinge confirm', 'what is held, and whether to go on'],
        ['hinge confirm --yes', 'in a script, after a deletion with etcdctl'],
        ['hinge confirm rt/vyos-57 ex/fig3', 'these only; the others stay held'],
      ]) + STORE_NOTE,
    )
    .action(async (words: string[], options: ConfirmOptions, command: Command) => {
      const { confirm } = await import('../actions/confirm.ts');
      await confirm(new Session(context, command), words, options);
    });
}
