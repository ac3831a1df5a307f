import { it } from 'vitest';

/** Whether everything is to run, as by `npm run faults`. */
export const allRows = process.env['HINGE_FAULTS'] === 'all';

/** Tests that only `npm run faults` runs, since they take minutes. */
export const slow = it.runIf(allRows);
