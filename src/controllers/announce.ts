import { impactOf } from '../core/diff/impact.ts';
import { sessionsSentence } from '../core/diff/impact-text.ts';
import { sessionsUnder } from '../core/diff/touched-sessions.ts';
import type { AcceptedRecord } from '../core/plan/accepted.ts';
import type { DesiredState } from '../core/plan/desired.ts';
import type { EventRecorder } from './event-recorder.ts';

/** Says of every version that was accepted, before anything of it is applied, which sessions that touches. A testbed without sessions has nothing to lose. */
export function announce(
  events: EventRecorder,
  changed: readonly AcceptedRecord[],
  before: DesiredState,
  after: DesiredState,
): void {
  const anySession = before.workloads.some(
    ({ setup }) => setup.type === 'router' && setup.sessions.length > 0,
  );
  if (changed.length === 0 || !anySession) return;
  const { sessions } = impactOf(before, after);
  for (const { ref } of changed)
    events.normal(ref, 'Planned', sessionsSentence(sessionsUnder(ref, sessions, [before, after])));
}
