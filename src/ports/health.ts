/** How a part of the operator tells whether it works. One check per outside system; shown by `/readyz`. */
export interface HealthCheck {
  /** @param message for people, such as `standing by`; shown behind `ok`. */
  succeed(message?: string): void;
  /** @param message for people: what does not work, and against what. */
  fail(message: string): void;
}
