import { settingsOf, type SettingName } from './setting-names.ts';

/** Examples below a command's help: a command line, and what it does. */
export function exampleText(examples: readonly (readonly [command: string, what: string])[]): string {
  const lines = examples.map(([command, what]) => `  # ${what}\n  ${command}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}

/** `(HINGE_PREFIX, default /hinge)`: which variable a flag stands for. */
export const settingNote = ({ variable, fallback }: SettingName): string =>
  `(${variable}${fallback === undefined ? '' : `, default ${fallback}`})`;

function variableLines(settings: readonly SettingName[]): string {
  const width = Math.max(...settings.map(({ variable }) => variable.length));
  return settings
    .map(({ variable, description }) => `  ${variable.padEnd(width)}  ${description}`)
    .join('\n');
}

/** Variables and exit codes, below the help of `hinge` itself. */
export const environmentText = (): string => `
Environment (a flag wins over its variable):
${variableLines(settingsOf('store'))}
  ${'NO_COLOR'.padEnd(24)}  no colors, also on a terminal
  The operator has more: hinge run --help; trace, console, capture, get routes and image need HINGE_NODES.

Exit codes:
  0  done
  1  something is wrong: with an object, with etcd, or time is up
  2  the command line or a setting cannot be used

Kinds are routers (rt), paths (pa) and experiments (ex), in singular, plural or short form.
Start with: hinge apply -f examples/first && hinge wait --for=condition=Ready ex/first
`;

/** Below the help of each command that looks into the network. */
export const ENGINES_NOTE = `
It reads names and what is expected from etcd (HINGE_ETCD_ENDPOINTS, HINGE_PREFIX), asks the engines of HINGE_NODES, and
changes nothing. It needs no running operator, and disturbs none.
`;

/** Below the help of each command that talks to etcd. */
export const STORE_NOTE = `
Which etcd and which testbed: HINGE_ETCD_ENDPOINTS and HINGE_PREFIX, or the global options above.
`;
