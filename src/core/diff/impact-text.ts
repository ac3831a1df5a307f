import type { TouchedSession } from './touched-sessions.ts';

const FATES: Readonly<Record<TouchedSession['fate'], string>> = {
  ended: 'ended',
  reset: 'reset',
  perhaps: 'perhaps reset',
};

/** `10.199.35.2–3`, or both in full when they do not share their network's first 24 bits. */
function addressesText([one, other]: TouchedSession['ends']): string {
  const last = other.address.lastIndexOf('.') + 1;
  const same = one.address.startsWith(other.address.slice(0, last));
  return `${one.address}–${same ? other.address.slice(last) : other.address}`;
}

/** `vyos-35 – vyos-36 (10.199.35.2–3): reset, because …` */
export function sessionText({ ends, fate, because }: TouchedSession): string {
  const routers = ends.map(({ router }) => router).join(' – ');
  return `${routers} (${addressesText(ends)}): ${FATES[fate]}, because ${because.join(', and ')}`;
}

export const NO_SESSION = 'no running session is touched';

/** Sessions that one sentence names; it is for events, which are read on one line. */
const NAMED = 3;

/** What an event says of a change before it is applied. */
export function sessionsSentence(sessions: readonly TouchedSession[]): string {
  if (sessions.length === 0) return NO_SESSION;
  const count = sessions.length === 1 ? 'one session is' : `${String(sessions.length)} sessions are`;
  const named = sessions.slice(0, NAMED).map(sessionText).join('; ');
  const more = sessions.length - NAMED;
  return `${count} touched: ${named}${more > 0 ? `; and ${String(more)} more` : ''}`;
}
