import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { completionScript } from '../../../src/cli/actions/completion.ts';
import { addSettings } from '../../../src/cli/options.ts';
import { Terminal } from '../../../src/cli/terminal.ts';
import { settingsOf } from '../../../src/cli/setting-names.ts';

const program = createProgram({
  output: new Output(process),
  readStdin: () => Promise.resolve(''),
  ask: undefined,
  terminal: new Terminal(process),
});
const commands = program.commands.map((command) => ({ name: command.name(), command }));

/** The whole help of a command, as it is printed. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe('help', () => {
  it('covers the commands of the contract', () => {
    const names = commands.map(({ name }) => name);
    for (const name of [
      'run',
      'apply',
      'get',
      'describe',
      'delete',
      'confirm',
      'validate',
      'diff',
      'render',
      'wait',
      'events',
      'trace',
      'console',
      'capture',
      'completion',
      'version',
    ]) {
      expect(names).toContain(name);
    }
  });

  it.each(commands.filter(({ name }) => name !== 'version'))(
    'of $name teaches by examples',
    ({ name, command }) => {
      const text = helpOf(command);
      expect(text).toContain('Examples:\n  # ');
      expect(text).toContain(`hinge ${name} `);
    },
  );

  it.each(commands)('of $name describes each argument and option', ({ command }) => {
    const nameless = [
      ...command.registeredArguments.map(({ description }) => description),
      ...command.options.map(({ description }) => description),
    ];
    expect(nameless.filter((description) => description === '')).toEqual([]);
    expect(command.description()).not.toBe('');
    expect(command.summary()).not.toBe('');
  });

  it('of hinge names the variables and the exit codes', () => {
    const text = helpOf(program);
    for (const { variable } of settingsOf('store')) expect(text).toContain(variable);
    expect(text).toContain('Exit codes:\n  0  done');
  });

  it.each(['run', 'get', 'trace', 'console', 'capture'])('of %s names how engines are reached', (name) => {
    const command = commands.find((candidate) => candidate.name === name)?.command ?? new Command();
    const text = helpOf(command).replace(/\s+/g, ' ');
    for (const { variable } of settingsOf('engines')) expect(text).toContain(variable);
  });

  it('of the operator names all of its variables', () => {
    const command = new Command('run');
    addSettings(command, 'operator');
    const text = command.helpInformation().replace(/\s+/g, ' ');
    for (const { variable } of settingsOf('operator')) expect(text).toContain(variable);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh'] as const)('for %s knows commands, kinds and options', (shell) => {
    const script = completionScript(program, shell);
    for (const { name } of commands) expect(script).toContain(name);
    for (const word of ['routers', 'pa', '--selector', '--timeout', '--prefix'])
      expect(script).toContain(word);
    expect(script.includes('bashcompinit')).toBe(shell === 'zsh');
  });
});
