import { type Command, Option } from 'commander';
import type { TraceOptions } from '../actions/trace.ts';
import { ENGINES_NOTE, exampleText } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerTrace(program: Command, context: CliContext): void {
  const command = program
    .command('trace')
    .summary('send packets along a Path, and show each hop')
    .description(
      'Sends packets along a Path, there and back, and shows each hop as it answers: router, address, round-trip time, ' +
        'and what was expected there. Packets start in the hosts of every connection that uses the Path; when none does, in its ' +
        'outer routers. The first hop that is wrong is marked. At the end comes the AS path by which the near edge has learned of the far end. ' +
        'Exit codes: 0 all is as declared, 1 something is not.',
    )
    .argument('<path>', 'a Path, or one connection as EXPERIMENT/CONNECTION')
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(['json']))
    .addHelpText(
      'after',
      exampleText([
        ['hinge trace long-way', 'all connections over a Path'],
        ['hinge trace fig3/ab', 'one connection'],
        ["hinge trace fig3/ab -o json | jq '.probes[].forward.firstWrong'", 'for programs'],
      ]) + ENGINES_NOTE,
    )
    .action(async (what: string, options: TraceOptions, trace: Command) => {
      const { trace: run } = await import('../actions/trace.ts');
      await run(new Session(context, trace), what, options);
    });
  addSettings(command, 'engines');
}
