import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Gate } from './gates.ts';
import { runCommand } from './run-command.ts';

/** How a gate went. A gate that has no tests counts as one check. */
export interface Result {
  readonly gate: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly output: string;
}

export interface GateOptions {
  /** The run's own directory: reports, logs, and all temporary files of the gates. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Prints the gate's output as it comes instead of keeping it. */
  readonly live: boolean;
}

/** Vitest's JSON report, as far as it is needed. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const NOTHING: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

async function readReport(file: string): Promise<Report> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch {
    return NOTHING;
  }
}

/** Runs one gate. It fails by its exit code, and a gate with tests also by having run none. */
export async function runGate(gate: Gate, options: GateOptions): Promise<Result> {
  const started = performance.now();
  const report = path.join(options.directory, `${gate.name}.report.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code, output } = await runCommand([...gate.command, ...(gate.tests ? reporters : [])], {
    timeout: gate.timeout,
    temporary: options.directory,
    signal: options.signal,
    ...(options.live ? {} : { log: path.join(options.directory, `${gate.name}.log`) }),
  });
  const seconds = (performance.now() - started) / 1000;

  if (!gate.tests) {
    const ok = code === 0;
    return { gate: gate.name, ok, seconds, passed: Number(ok), failed: Number(!ok), skipped: 0, output };
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = await readReport(report);
  const ranNone = numPassedTests + numFailedTests === 0;
  const ok = code === 0 && numFailedTests === 0 && !ranNone;
  return {
    gate: gate.name,
    ok,
    seconds,
    passed: numPassedTests,
    failed: ok ? 0 : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
    output: ranNone ? `${output}\n${gate.name}: no test ran.` : output,
  };
}
