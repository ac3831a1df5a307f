import { DockerError, type DockerFailure } from '../../core/failure.ts';
import { ZodError } from 'zod';

/** What was tried, for the message. */
export interface Attempt {
  readonly node: string;
  readonly url: string;
  /** Reads on after "while": `plugging network x into container y`. */
  readonly doing: string;
}

/** What the caller does about each kind, for people. */
const NEXT: Readonly<Record<DockerFailure, string>> = {
  unreachable: 'hinge keeps trying; other nodes go on',
  timeout: 'it may have been done all the same: hinge looks again before it goes on',
  'not-found': 'hinge looks again',
  conflict: 'hinge looks again',
  'out-of-sequence': 'somebody else changed it at the same time: hinge reads it again',
  rejected: 'hinge tries again later',
};

export function failed(kind: DockerFailure, attempt: Attempt, words: string, cause?: unknown): DockerError {
  const what = `${attempt.node} (${attempt.url}): ${attempt.doing}: ${words}`;
  return new DockerError(kind, `${what}; ${NEXT[kind]}`, { what, ...(cause !== undefined && { cause }) });
}

/** Gives whatever a call threw its fate. */
export function asDockerError(error: unknown, attempt: Attempt): DockerError {
  if (error instanceof DockerError) return error;
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    const where = issue?.path.join('.') ?? '';
    return failed('rejected', attempt, `unexpected answer at "${where}": ${issue?.message ?? ''}`, error);
  }
  const words = wordsOf(error);
  const status = statusOf(error);
  const kind = status === undefined ? 'unreachable' : kindOf(status, words);
  return failed(kind, attempt, words, error);
}

/**
 * The engine says what happened by HTTP status, with one exception: an update with an old version is a 500 like any other
 * server error, and only its text ("update out of sequence", unchanged since Docker 1.12) tells it from those.
 */
function kindOf(status: number, words: string): DockerFailure {
  switch (status) {
    case 404:
      return 'not-found';
    case 403: // already plugged in, still in use
    case 409:
    case 412: // Swarm: still in use
      return 'conflict';
    case 503: // not a manager (any more), or no quorum
      return 'unreachable';
    case 504:
      return 'timeout';
    case 400: // Swarm, too: still in use by a task that is on its way out
      return words.includes('code = FailedPrecondition') ? 'conflict' : 'rejected';
    case 500:
      return words.includes('update out of sequence') ? 'out-of-sequence' : 'rejected';
    default:
      return 'rejected';
  }
}

export const isFailure = (error: unknown, kind: DockerFailure): error is DockerError =>
  error instanceof DockerError && error.kind === kind;

/** The engine had nothing to do: it runs already, or has stopped already. */
export const wasDone = (error: unknown): boolean =>
  error instanceof DockerError && statusOf(error.cause) === 304;

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** The engine's own words without what dockerode puts before them; for sockets the system's. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('json' in error && isMessage(error.json)) return error.json.message.trim();
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  // A refused connection to a name with several addresses is an AggregateError without a message.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // What answers with a stream, answers with an error that nobody has parsed.
  const words = error.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
  return `${words || code}${cause}`;
}

const isMessage = (value: unknown): value is { message: string } =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
