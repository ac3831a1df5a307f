import Table from 'cli-table3';
import type { Result } from './run-gate.ts';

const sum = (results: readonly Result[], field: 'passed' | 'failed' | 'skipped'): number =>
  results.reduce((total, result) => total + result[field], 0);

export const resultLine = (result: Result): string =>
  `${result.ok ? 'ok  ' : 'FAIL'} ${result.gate} (${result.seconds.toFixed(1)} s)`;

/** One row per gate, then the line that CI reads: tests, and one for each gate that has none. */
export function summary(results: readonly Result[]): string {
  const table = new Table({
    head: ['gate', 'result', 'seconds', 'passed', 'failed', 'skipped'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { gate, ok, seconds, passed, failed, skipped } of results)
    table.push([gate, ok ? 'ok' : 'FAIL', seconds.toFixed(1), passed, failed, skipped]);
  const skipped = sum(results, 'skipped');
  const closing = `${sum(results, 'passed')} passed, ${sum(results, 'failed')} failed`;
  return `${table.toString()}\n\n${closing}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
