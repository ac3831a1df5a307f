import { type Command, Option } from 'commander';
import type { EventsOptions } from '../actions/events.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { type CliContext, Session } from '../session.ts';

export function registerEvents(program: Command, context: CliContext): void {
  program
    .command('events')
    .summary('show what has happened')
    .description(
      'Shows what has happened lately, oldest first: to all objects, to one, or to a node or the ' +
        'testbed. Events are kept for a while only (HINGE_EVENT_TTL of the operator).',
    )
    .argument('[object...]', 'KIND/NAME or KIND NAME; also node/NAME and testbed/NAME')
    .option('-w, --watch', 'go on with new events, until interrupted')
    .addOption(new Option('-o, --output <format>', 'one JSON object per line').choices(['json']))
    .addOption(new Option('--type <type>', 'only events of this type').choices(['Normal', 'Warning']))
    .addHelpText(
      'after',
      exampleText([
        ['hinge events --type Warning -w', 'what goes wrong, as it does'],
        ['hinge events router/vyos-57', 'of one router'],
      ]) + STORE_NOTE,
    )
    .action(async (words: string[], options: EventsOptions, command: Command) => {
      const { events } = await import('../actions/events.ts');
      await events(new Session(context, command), words, options);
    });
}
