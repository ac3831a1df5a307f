import { isInternal, type Speaker } from '../plan/autonomous-system.ts';

/** What makes a router prefer what the next router of a Path announces. */
interface PathPreference {
  /** `own`: it stays in the router, and comes before all local preferences. */
  readonly by: 'local preference' | 'own';
  readonly value: number;
}

/** What local preference a Path has, when no rule of the router sets as much; or what weight. */
const PATH_PREFERENCE = 200;

/**
 * A local preference higher than any that a rule sets, so that Paths hold whatever rules prefer. Where the AS has further routers, which
 * would be told and would follow, one of the router's own instead.
 */
export function pathPreference({ asn, sessions }: Speaker): PathPreference {
  if (sessions.some((session) => isInternal(session, asn))) return { by: 'own', value: PATH_PREFERENCE };
  const most = sessions
    .flatMap(({ policy }) => policy?.import ?? [])
    .reduce((so, { set }) => Math.max(so, (set?.localPreference ?? 0) + 1), PATH_PREFERENCE);
  return { by: 'local preference', value: most };
}
