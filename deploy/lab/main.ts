import { constants } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { LabError } from './errors.ts';
import { labImages } from './lab-images.ts';
import { Lab } from './lab.ts';
import { formatEnvironment } from './environment.ts';
import { formatStatus, labStatus } from './status.ts';

interface DirOption {
  readonly dir: string;
}
interface UpFlags extends DirOption {
  readonly nodes?: number;
  readonly managers?: number;
  readonly images: boolean;
}
interface StatusFlags extends DirOption {
  readonly json?: true;
}

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const program = new Command('lab').description(
  'A real Docker Swarm and a real etcd on this machine, in namespaces without a way out.',
);

const command = (name: string, description: string): Command =>
  program.command(name).description(description).option('--dir <dir>', "the lab's directory", '.lab');

command('up', 'make the lab, or repair what is missing of it')
  .option('--nodes <n>', 'how many engines (default: as many as there are, or 3)', count)
  .option(
    '--managers <n>',
    'how many of them are Swarm managers (default: 3, or 1 of fewer than 3 nodes)',
    count,
  )
  .option('--no-images', 'do not load the images')
  .action(async (flags: UpFlags) => {
    const { nodes, managers, dir } = flags;
    const lab = await Lab.up({
      dir,
      nodes,
      managers,
      images: flags.images ? labImages : undefined,
      signal: interrupted(),
      tell,
    });
    tell(`to use it: . ${lab.layout.envFile}`);
  });

command('down', 'take it away; leaves nothing').action(async ({ dir }: DirOption) => {
  ignoreInterrupts();
  await Lab.down(dir, tell);
});

command('env', 'print the variables that hinge and etcdctl read').action(({ dir }: DirOption) => {
  process.stdout.write(formatEnvironment(Lab.open(dir).env));
});

command('status', 'show engines, etcd and images; exit 0 if all is up, 1 if not')
  .option('--json', 'for programs')
  .action(async ({ dir, json }: StatusFlags) => {
    const status = await labStatus(dir);
    process.stdout.write(json ? `${JSON.stringify(status, undefined, 2)}\n` : formatStatus(status));
    if (!status.up) process.exitCode = 1;
  });

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a number of 1 or more is wanted.');
  return Number(text);
}

/** The first Ctrl-C gives up in good order, which is short; further ones would only leave things behind. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      controller.abort(new LabError(`stopped by ${signal}`));
    });
  }
  return controller.signal;
}

function ignoreInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  tell(`lab: ${error.message}`);
  process.exitCode ??= 1;
}
