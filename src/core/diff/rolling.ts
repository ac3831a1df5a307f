import type { ReplacementStatus } from '../../api/status.ts';
import type { UnitDiff, Wait } from './action.ts';

/** One router, as far as it matters for who may be replaced. */
export interface RollingRouter {
  readonly name: string;
  /** Its container is to be replaced. */
  readonly differs: boolean;
  /** It certainly has no running container: to replace that touches no session. */
  readonly down: boolean;
  /** Its replacement, if one is under way; frozen routers have none, so that the others go on without them. */
  readonly replacement: ReplacementStatus | undefined;
}

/** Why a router has to wait, and whether that can only end with the user's help. */
export interface Turn extends Wait {
  readonly stalled: boolean;
}

const MINUTE_MS = 60_000;
/** A router that is away for longer than this stops the others: pulling an image may take minutes. */
const COMES_BACK_WITHIN_MS = 5 * MINUTE_MS;
/** A container that nothing replaces any more, and that is still there after this many ms, stays. */
export const KEPT_MS = 15_000;

/** Changes of a service that leave its container alone. */
const HARMLESS: ReadonlySet<string> = new Set(['labels', 'replicas']);

/** Fields for which a diff replaces a container. */
export const replacedFields = (diff: UnitDiff): readonly string[] =>
  diff.sequences
    .flat()
    .flatMap((action) =>
      action.type === 'update-service' || action.type === 'remove-router' ? action.fields : [],
    )
    .filter((field) => !HARMLESS.has(field));

/**
 * One router is replaced at a time. Those have to wait whose container is to be replaced while another one's is, or comes first by name. Not who
 * is down (nobody loses a session), nor who is being replaced and has been written anew: that may be the cure.
 * @returns by name.
 */
export function waitingTurns(routers: readonly RollingRouter[], nowMs: number): ReadonlyMap<string, Turn> {
  const away = routers.filter(({ replacement }) => replacement !== undefined);
  const [first, ...others] = routers
    .filter(({ differs, down, replacement }) => differs && !down && replacement === undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (first === undefined) return new Map();
  const overdue = away.find(
    ({ replacement }) => nowMs - Date.parse(replacement?.since ?? '') > COMES_BACK_WITHIN_MS,
  );
  const turn = overdue === undefined ? waitFor((away[0] ?? first).name) : stoppedBy(overdue.name);
  const waiting = away.length > 0 ? [first, ...others] : others;
  return new Map(waiting.map(({ name }) => [name, turn]));
}

const waitFor = (name: string): Turn => ({
  reason: 'WaitingForTurn',
  message: `Waiting for ${name} to come back: the containers of routers are replaced one at a time`,
  stalled: false,
});

const stoppedBy = (name: string): Turn => ({
  reason: 'RolloutStopped',
  message:
    `${name} did not come back within ${String(COMES_BACK_WITHIN_MS / MINUTE_MS)} min after its container was replaced, so no ` +
    `other router is. Its conditions say what is missing: mend that, or write ${name} as it was before, and hinge goes ` +
    `on by itself; to go on without it, set its annotation hinge.testbed/reconcile: disabled`,
  stalled: true,
});

/** Swarm leaves a container alone that runs where its new constraints allow. */
const mayStay = ({ fields }: ReplacementStatus): boolean => fields.every((field) => field === 'constraints');

/** Whether a running container is one that is on its way out: there is nothing to configure in it. */
export const isLeaving = (
  replacement: ReplacementStatus | undefined,
  container: string | undefined,
): boolean => replacement !== undefined && replacement.container === container && !mayStay(replacement);

/** What is known of a router whose container was replaced. */
export interface Return {
  /** Its service is not as planned yet, or nothing is known of it. */
  readonly open: boolean;
  /** Swarm is at work on its service. */
  readonly updating: boolean;
  /** Id of its running container. */
  readonly container: string | undefined;
  /** Every link is plugged in, and it runs the planned configuration. */
  readonly whole: boolean;
  /** Addresses of the peers that are planned and not down, and of those with which its session is established. */
  readonly peers: ReadonlySet<string>;
  readonly established: ReadonlySet<string>;
}

/**
 * Whether nothing replaces the container any more, although it is the one from before: it fits its new constraints, or the change was taken back,
 * even before Swarm was told of it. What Swarm was told a moment ago it has not begun yet: this has to hold for KEPT_MS.
 */
export const isKept = (
  replacement: ReplacementStatus,
  { open, updating, container }: Pick<Return, 'open' | 'updating' | 'container'>,
): boolean => !open && !updating && container === replacement.container;

/** Whether a replacement is over: another container runs, and the sessions of before that are still planned are established again. */
export function isBack(replacement: ReplacementStatus, found: Return): boolean {
  if (found.open || found.container === undefined || !found.whole) return false;
  if (found.container === replacement.container) return false;
  return replacement.sessions.every((address) => !found.peers.has(address) || found.established.has(address));
}
