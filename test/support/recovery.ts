import { appendFileSync } from 'node:fs';
import { measured } from './testbed.ts';

/** Where `npm run faults` collects what the tests measured, one JSON object a line. */
const REPORT = process.env['HINGE_FAULTS_REPORT'];

/** Reports how long the recovery from a fault took. @param row of the table in docs/faults.md @param seconds from the fault to proven traffic */
export function recovery(row: string, fault: string, seconds: number, note = ''): void {
  measured(`row ${row}, ${fault}: ${seconds.toFixed(1)} s${note === '' ? '' : ` (${note})`}`);
  if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify({ row, fault, seconds, note })}\n`);
}
