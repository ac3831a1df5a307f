import type { Command } from 'commander';
import type { Settings, SettingsWithNodes } from './config.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';
import type { OpenTestbed } from './testbed.ts';
import type { OpenEngines } from './wire-engines.ts';
import type { OpenStore } from './wire-store.ts';

/** The process as commands see it, so that tests can give them another one. */
export interface CliContext {
  readonly output: Output;
  /** All of standard input. */
  readonly readStdin: () => Promise<string>;
  /** Asks whoever is at the terminal; undefined: nobody is. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly terminal: Terminal;
}

/** One run of one command: where it writes, and its settings and its store once it asks for them. */
export class Session {
  readonly output: Output;
  readonly readStdin: () => Promise<string>;
  readonly ask: CliContext['ask'];
  readonly terminal: Terminal;
  readonly #flags: Readonly<Record<string, unknown>>;

  constructor(context: CliContext, command: Command) {
    this.output = context.output;
    this.readStdin = context.readStdin;
    this.ask = context.ask;
    this.terminal = context.terminal;
    this.#flags = command.optsWithGlobals();
  }

  async settings(): Promise<Settings> {
    const { readSettings } = await import('./config.ts');
    return readSettings(this.#flags);
  }

  /** @throws CliError (usage) when no engines are named. */
  async settingsWithNodes(): Promise<SettingsWithNodes> {
    const { withNodes } = await import('./config.ts');
    return withNodes(await this.settings());
  }

  /** Opens etcd and the engines for `use`, which only looks. */
  async withTestbed<T>(use: (open: OpenTestbed) => Promise<T>): Promise<T> {
    const settings = await this.settingsWithNodes();
    const { withTestbed } = await import('./wire-testbed.ts');
    return await withTestbed(settings, use);
  }

  /** Opens the engines for `use`, without etcd; images can be changed through them. */
  async withEngines<T>(use: (open: OpenEngines) => Promise<T>): Promise<T> {
    const settings = await this.settingsWithNodes();
    const { withEngines } = await import('./wire-engines.ts');
    return await withEngines(settings, use);
  }

  /** Opens etcd for `use`; loaded only here, since the client takes longer to load than most commands to run. */
  async withStore<T>(use: (open: OpenStore) => Promise<T>): Promise<T> {
    const settings = await this.settings();
    const { withStore } = await import('./wire-store.ts');
    return await withStore(settings, use);
  }
}
