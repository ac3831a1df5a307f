import type { Command } from 'commander';
import { ENGINES_NOTE, exampleText } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerConsole(program: Command, context: CliContext): void {
  const command = program
    .command('console')
    .summary("open a router's own command line")
    .description(
      "Opens the router's own command line (vtysh for FRR, birdc for BIRD), or runs a command of its image, inside its container, on whatever node " +
        'that runs. In a terminal it behaves like one. The exit code is that of the command; 128 and more stand for a signal. What you ' +
        'change in there by hand the operator puts back.',
    )
    .argument('<router>', 'name of a Router')
    .argument('[command...]', 'after --: a command and its arguments, instead of the command line')
    .addHelpText(
      'after',
      exampleText([
        ['hinge console vyos-57', 'type: show bgp summary'],
        ["hinge console vyos-57 -- vtysh -c 'show bgp ipv4 unicast'", 'one command, for scripts'],
        ['hinge console vyos-57 -- ip route', "the kernel's routes"],
        ['hinge console vyos-57 -- bash', 'a shell'],
        ['echo show bgp summary | hinge console vyos-57', 'commands from a pipe'],
      ]) + ENGINES_NOTE,
    )
    .action(async (router: string, words: string[], _options: unknown, console: Command) => {
      const { openConsole } = await import('../actions/console.ts');
      await openConsole(new Session(context, console), router, words);
    });
  addSettings(command, 'engines');
}
