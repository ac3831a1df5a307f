import { it } from 'vitest';

/** Whether everything is to run, as by `npm run faults` and `npm test -- --slow`. */
export const allRows = process.env['HINGE_SLOW'] === 'yes';

/** Tests that `npm test` leaves out, since they take minutes. */
export const slow = it.runIf(allRows);
