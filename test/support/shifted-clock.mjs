/* Preloaded into an operator (`node --import`): its clock of the day is off by as many ms as a file says, from the next look on. */
import { readFileSync } from 'node:fs';

const file = process.env['HINGE_TEST_CLOCK'];
const RealDate = globalThis.Date;

const shifted = () => RealDate.now() + Number(readFileSync(file, 'utf8'));

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(shifted());
    else super(...given);
  }

  static now() {
    return shifted();
  }
};
