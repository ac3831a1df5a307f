/** Something the user can act on: says what was wrong, where, and what to do next. Shown without a stack trace. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
