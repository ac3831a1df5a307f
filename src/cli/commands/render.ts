import { type Command, Option } from 'commander';
import type { VyosRelease } from '../../api/router.ts';
import type { RenderOptions } from '../actions/render.ts';
import { exampleText, STORE_NOTE } from '../help.ts';
import { collect } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

/** As in the schema, which is loaded when something is read only. */
const RELEASES: readonly VyosRelease[] = ['1.3', '1.4', '1.5'];

export function registerRender(program: Command, context: CliContext): void {
  program
    .command('render')
    .summary('print the configurations that files would give routers')
    .description(
      'Plans as the operator would, and prints the complete configuration of the routers: for platform frr a frr.conf, for ' +
        'platform vyos a config.boot, for platform bird a bird.conf, or what --format names, also for a router of another platform. ' +
        'Without --stored the files are taken for the whole testbed, and neither etcd nor Docker is asked. Nothing is written. What a release ' +
        'of VyOS cannot do is a warning; what BIRD cannot do is refused.',
    )
    .requiredOption(
      '-f, --filename <path>',
      'file, directory, or - for standard input; may be repeated',
      collect,
    )
    .option(
      '--router <name>',
      'only this router; may be repeated (default: every router of the files)',
      collect,
    )
    .addOption(
      new Option('--release <release>', 'release of VyOS, whatever the objects say').choices(RELEASES),
    )
    .addOption(
      new Option(
        '--format <format>',
        'set: commands for VyOS; boot: its config.boot; frr: frr.conf; bird: bird.conf',
      ).choices(['set', 'boot', 'frr', 'bird']),
    )
    .option('--stored', 'as the files would be applied to the testbed in etcd, with what it has allocated')
    .addHelpText(
      'after',
      exampleText([
        ['hinge render -f examples/first --router tokyo', 'what is configured in tokyo'],
        [
          'hinge render -f examples/first --router tokyo --format set --release 1.5 > tokyo.set',
          'the same router for a VyOS machine of your own',
        ],
        [
          'hinge render -f lab/ --stored --router tokyo --format boot',
          'with the addresses that the testbed has',
        ],
      ]) +
        STORE_NOTE +
        `
The pools of HINGE_POOL_* count. Passwords are secrets, which hinge does not read here: {secret NAME REVISION}, in VyOS
{secret:NAME:REVISION}, stands for each.
`,
    )
    .action(async (options: RenderOptions, command: Command) => {
      const { render } = await import('../actions/render.ts');
      await render(new Session(context, command), options);
    });
}
