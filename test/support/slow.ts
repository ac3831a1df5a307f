import { it } from 'vitest';

/** Tests that only `npm run faults` runs, since they take minutes. */
export const slow = it.runIf(process.env['HINGE_FAULTS'] === 'all');
