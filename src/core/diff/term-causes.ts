import type { DesiredSession, SessionPassword } from '../plan/desired.ts';
import { USUAL_PACE } from '../plan/pace.ts';
import type { PlatformAbilities } from '../plan/platforms.ts';

/** Why a session with the same ends does not simply go on under other terms. */
export interface TermCause {
  readonly fate: 'reset' | 'perhaps';
  readonly text: string;
}

/**
 * What was measured (README.md of the routers' images, "What resets a session"): taking BFD away, any change of the password, and EVPN
 * that comes or goes do; rules, aggregates, default routes and graceful restart do not; timers do on some platforms. A limit of prefixes ends a
 * session that is over it.
 * @param router at whose end the terms change.
 */
export function termCauses(
  router: string,
  before: DesiredSession,
  after: DesiredSession,
  { newTimers }: Pick<PlatformAbilities, 'newTimers'>,
): TermCause[] {
  const causes: TermCause[] = [];
  if (newTimers === 'reset' && timersText(before) !== timersText(after)) {
    const text = `${router} goes from timers of ${timersText(before)} to ${timersText(after)} for it`;
    causes.push({ fate: 'reset', text });
  }
  if (before.bfd !== false && after.bfd === false)
    causes.push({ fate: 'reset', text: `BFD is taken off it at ${router}` });
  if (passwordText(before.password) !== passwordText(after.password)) {
    const text = `${router} goes from ${passwordText(before.password)} to ${passwordText(after.password)} for it`;
    causes.push({ fate: 'reset', text });
  } else if (before.password?.revision !== after.password?.revision)
    causes.push({ fate: 'reset', text: `the value of ${passwordText(after.password)} changes at ${router}` });
  if (before.evpn !== after.evpn) {
    const verb = after.evpn ? 'begins to carry' : 'does not carry any more';
    causes.push({ fate: 'reset', text: `it ${verb} what layer-2 connections need (EVPN)` });
  }
  const [old, limit] = [limitOf(before), limitOf(after)];
  if (limit < old)
    causes.push({
      fate: 'perhaps',
      text: `${router} ends it if it hears more than ${String(limit)} prefixes`,
    });
  return causes;
}

/** Those of BGP itself: keepalive, hold and connect. */
const timersText = ({ pace: { keepalive, hold, connect } = USUAL_PACE }: DesiredSession): string =>
  `${String(keepalive)}, ${String(hold)} and ${String(connect)} s`;

const passwordText = (password: SessionPassword | undefined): string =>
  password === undefined ? 'no password' : `secret ${password.secret}`;

const limitOf = ({ policy }: DesiredSession): number =>
  policy?.maximumPrefixes?.action === 'reset' ? policy.maximumPrefixes.limit : Infinity;
