import type { DesiredSession, SessionPassword } from '../plan/desired.ts';

/** Why a session with the same ends does not simply go on under other terms. */
export interface TermCause {
  readonly fate: 'reset' | 'perhaps';
  readonly text: string;
}

/**
 * What was measured (deploy/images/router-frr/README.md, "What resets a session"): taking BFD away, any change of the password, and EVPN
 * that comes or goes do; rules,
 * aggregates, default routes, timers and graceful restart do not. A limit of prefixes ends a session that is over it.
 * @param router at whose end the terms change.
 */
export function termCauses(router: string, before: DesiredSession, after: DesiredSession): TermCause[] {
  const causes: TermCause[] = [];
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

const passwordText = (password: SessionPassword | undefined): string =>
  password === undefined ? 'no password' : `secret ${password.secret}`;

const limitOf = ({ policy }: DesiredSession): number =>
  policy?.maximumPrefixes?.action === 'reset' ? policy.maximumPrefixes.limit : Infinity;
