import { type Command, InvalidArgumentError } from 'commander';
import type { CaptureOptions } from '../actions/capture.ts';
import { ENGINES_NOTE, exampleText } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

/** @returns a whole number from 1. */
function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

export function registerCapture(program: Command, context: CliContext): void {
  const command = program
    .command('capture')
    .summary('show or save the packets on a link')
    .description(
      'Shows the packets that a router sends and receives on a link, a line each, or writes them in pcap form to a file or to ' +
        'standard output, for Wireshark. It goes on until interrupted (Ctrl-C), or for COUNT packets.',
    )
    .argument('<router>', 'name of a Router')
    .argument(
      '<link>',
      "the neighbour's name, EXPERIMENT/HOST, or the key of the network, such as link/vyos-35--vyos-36",
    )
    .argument(
      '[filter...]',
      'which packets, as tcpdump has it: icmp, "tcp port 179", "host 10.0.0.1 and not arp"',
    )
    .option('-w, --write <file>', 'write pcap to a file; - for standard output')
    .option('-c, --count <number>', 'end after so many packets', parseCount)
    .addHelpText(
      'after',
      exampleText([
        ['hinge capture vyos-36 vyos-35 icmp', 'pings between two routers, as text'],
        ['hinge capture vyos-36 vyos-35 -w - | wireshark -k -i -', 'live in Wireshark'],
        ['hinge capture vyos-36 vyos-35 -c 100 -w bgp.pcap tcp port 179', 'a hundred BGP packets to a file'],
        ['hinge capture vyos-35 fig3/a', 'what a host of an Experiment sends and gets'],
      ]) + ENGINES_NOTE,
    )
    .action(
      async (router: string, link: string, filter: string[], options: CaptureOptions, capture: Command) => {
        const { capture: run } = await import('../actions/capture.ts');
        await run(new Session(context, capture), { router, link, filter }, options);
      },
    );
  addSettings(command, 'engines');
}
