/*
 * `npm run faults`: every row of docs/faults.md on a lab of its own, and how long each recovery took. With `-- --runtime sandbox` all Routers are in
 * sandboxes; further words go to vitest.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { execa } from 'execa';
import { z } from 'zod';

const recovered = z.object({
  row: z.string(),
  fault: z.string(),
  seconds: z.number().optional(),
  note: z.string(),
});

const at = process.argv.indexOf('--runtime');
const ours = at < 0 ? [] : process.argv.slice(at, at + 2);
const { values } = parseArgs({ args: ours, options: { runtime: { type: 'string', default: 'task' } } });
const runtime = z.enum(['task', 'sandbox']).parse(values.runtime);
const words = process.argv.slice(2).filter((_, index) => at < 0 || index + 2 < at || index + 2 > at + 1);

const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-faults-'));
try {
  const report = path.join(directory, 'report');
  const { exitCode } = await execa('vitest', ['run', '--project', 'faults', ...words], {
    preferLocal: true,
    stdio: 'inherit',
    reject: false,
    env: { HINGE_FAULTS_REPORT: report, HINGE_SLOW: 'yes', HINGE_TEST_RUNTIME: runtime },
  });
  const lines = (await readFile(report, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const table = new Table({
    head: ['row', 'fault', 'seconds', ''],
    colAligns: ['right', 'left', 'right', 'left'],
  });
  for (const line of lines) {
    const { row, fault, seconds, note } = recovered.parse(JSON.parse(line));
    table.push([row, fault, seconds?.toFixed(1) ?? '-', note]);
  }
  process.stdout.write(`${table.toString()}\n`);
  process.exitCode = exitCode ?? 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
