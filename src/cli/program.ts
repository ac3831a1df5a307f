import { Command } from 'commander';
import { registerApply } from './commands/apply.ts';
import { registerCapture } from './commands/capture.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConfirm } from './commands/confirm.ts';
import { registerConsole } from './commands/console.ts';
import { registerDelete } from './commands/delete.ts';
import { registerDescribe } from './commands/describe.ts';
import { registerDiff } from './commands/diff.ts';
import { registerEvents } from './commands/events.ts';
import { registerGet } from './commands/get.ts';
import { registerImage } from './commands/image.ts';
import { registerRender } from './commands/render.ts';
import { registerRun } from './commands/run.ts';
import { registerTrace } from './commands/trace.ts';
import { registerValidate } from './commands/validate.ts';
import { ownVersion, registerVersion } from './commands/version.ts';
import { registerWait } from './commands/wait.ts';
import { environmentText } from './help.ts';
import { addSettings } from './options.ts';
import type { CliContext } from './session.ts';

/** The command line. Files in commands/ say what there is and load little; actions/ do it, and are loaded when they are run. */
export function createProgram(context: CliContext): Command {
  const program = new Command('hinge')
    .description(
      'Routed network testbeds on Docker Swarm, kept as declared in etcd and proven hop by hop.\n\n' +
        'Declare Routers, Paths through them and Experiments with hosts; the operator (hinge run) makes them real ' +
        'and keeps them so.',
    )
    .version(ownVersion(), '-V, --version')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for usage and examples)')
    .exitOverride()
    .helpOption('-h, --help', 'this help')
    .helpCommand('help [command]', 'the same as COMMAND --help')
    .optionsGroup('Global options:');
  addSettings(program, 'store');
  program.commandsGroup('Objects:');
  for (const register of [registerApply, registerGet, registerDescribe, registerDelete, registerConfirm])
    register(program, context);
  program.commandsGroup('Checks:');
  for (const register of [registerValidate, registerDiff, registerRender, registerWait, registerEvents])
    register(program, context);
  program.commandsGroup('Looking into the network:');
  for (const register of [registerTrace, registerConsole, registerCapture]) register(program, context);
  program.commandsGroup('Operator:');
  for (const register of [registerRun, registerImage]) register(program, context);
  program.commandsGroup('Other:');
  for (const register of [registerCompletion, registerVersion]) register(program, context);
  return program.addHelpText('after', environmentText);
}
