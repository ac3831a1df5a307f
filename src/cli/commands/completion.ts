import { Argument, type Command } from 'commander';
import { exampleText } from '../help.ts';
import type { CliContext } from '../session.ts';

export function registerCompletion(program: Command, context: CliContext): void {
  program
    .command('completion')
    .summary('print a completion script for bash or zsh')
    .description(
      'Prints a script that completes commands, options and kinds, and the names of objects as they are in etcd.',
    )
    .addArgument(new Argument('<shell>', 'the shell to write for').choices(['bash', 'zsh']))
    .addHelpText(
      'after',
      exampleText([
        ['source <(hinge completion bash)', 'for this shell'],
        ["echo 'source <(hinge completion zsh)' >> ~/.zshrc", 'for every new zsh'],
      ]),
    )
    .action(async (shell: 'bash' | 'zsh') => {
      const { completionScript } = await import('../actions/completion.ts');
      context.output.print(completionScript(program, shell));
    });
}
