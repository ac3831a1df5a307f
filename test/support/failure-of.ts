import { DockerError } from '../../src/core/failure.ts';

/** The failure of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<DockerError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof DockerError) return outcome;
  throw new Error(`not a failure of Docker: ${String(outcome)}`, { cause: outcome });
}
