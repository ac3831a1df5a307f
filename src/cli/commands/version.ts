import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { CliContext } from '../session.ts';

/** Both src/cli/commands and dist/cli/commands are three levels below package.json. */
const PACKAGE = new URL('../../../package.json', import.meta.url);

/** hinge's own version, as in package.json. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string };
  return version;
}

export function registerVersion(program: Command, context: CliContext): void {
  program
    .command('version')
    .summary('show the version')
    .description('Shows the version of hinge, and of the Node.js that it runs on.')
    .action(() => {
      context.output.print(
        `hinge ${ownVersion()} (Node.js ${process.version}, ${process.platform} ${process.arch})`,
      );
    });
}
