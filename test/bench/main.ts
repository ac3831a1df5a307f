/* Benchmarks: `npm run bench -- chain`. They report; only what is broken fails. */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { benchChain } from './chain.ts';
import { jsonReport, report } from './report.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a number of 1 or more is wanted.');
  return Number(text);
}

/** The first Ctrl-C or SIGTERM ends it in order; while it cleans up, further ones are not heard. */
function interrupted(): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => abort.abort(new Error(`ended by ${name}`)));
  return abort.signal;
}

interface ChainFlags {
  readonly runs: number;
  readonly json?: string;
  readonly keepLab?: true;
  readonly dir: string;
}

const program = new Command('bench').description('Benchmarks on a lab of their own');
program
  .command('chain')
  .description(
    'Figure 3 from the first put to proven packets, by hinge and by direct calls to Docker in turn',
  )
  .option('--runs <n>', 'how often each', count, 5)
  .option('--json <file>', 'writes every run there')
  .option('--keep-lab', 'leaves the lab up, so that the next benchmark begins sooner')
  .option('--dir <dir>', "the lab's directory", path.join(os.tmpdir(), 'hinge-bench'))
  .action(async ({ runs, json, keepLab, dir }: ChainFlags) => {
    const measured = await benchChain({
      dir,
      runs,
      keepLab: keepLab === true,
      signal: interrupted(),
      tell: say,
    });
    say(`\n${report(measured)}`);
    if (json !== undefined) await writeFile(json, jsonReport(measured));
  });
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
