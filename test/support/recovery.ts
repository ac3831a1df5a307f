import { appendFileSync } from 'node:fs';
import { measured } from './testbed.ts';

/** Where `npm run faults` collects what the tests measured, one JSON object a line. */
const REPORT = process.env['HINGE_FAULTS_REPORT'];

/** Reports what came of a fault. @param row of the fault table @param seconds from the fault to proven traffic; undefined when traffic never stopped */
export function recovery(row: string, fault: string, seconds: number | undefined, note = ''): void {
  const took = seconds === undefined ? [] : [`${seconds.toFixed(1)} s`];
  const notes = note === '' ? [] : [note];
  measured(`row ${row}, ${fault}: ${[...took, ...notes].join(', ')}`);
  if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify({ row, fault, seconds, note })}\n`);
}
