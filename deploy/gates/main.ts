/* Runs the gates named as arguments, those of `--quick`, or all; with `--slow` also the tests that take minutes. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gates, quick } from './gates.ts';
import { removeRunDirectory } from './run-directory.ts';
import { runGates } from './run-gates.ts';
import { resultLine, summary } from './summary.ts';

const SLOW = '--slow';
if (process.argv.includes(SLOW)) process.env['HINGE_SLOW'] = 'yes';
const args = process.argv.slice(2).filter((arg) => arg !== SLOW);
const names = args.includes('--quick') ? quick : args;
const unknown = names.filter((name) => !gates.some((gate) => gate.name === name));
if (unknown.length > 0) {
  console.error(`No such gate: ${unknown.join(', ')}. Gates: ${gates.map((gate) => gate.name).join(', ')}.`);
  process.exit(2);
}
const named = gates.filter((gate) => names.length === 0 || names.includes(gate.name));
// What runs last starts the built program.
const chosen = gates.filter(
  (gate) => named.includes(gate) || (gate.name === 'build' && named.some(({ stage }) => stage > 1)),
);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.log(`\n${signal}: stopping what runs.`);
    interrupted.abort();
  });
}

const live = named.length === 1;
const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-gates-'));
try {
  const results = await runGates(chosen, { directory, live, signal: interrupted.signal }, (result) => {
    if (!result.ok && !live) console.log(`\n──── ${result.gate} ────\n${result.output.trimEnd()}\n────`);
    console.log(resultLine(result));
  });
  console.log(`\n${summary(results)}`);
  process.exitCode = !interrupted.signal.aborted && results.every((result) => result.ok) ? 0 : 1;
} finally {
  await removeRunDirectory(directory);
}
