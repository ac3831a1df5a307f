import { isInternal, type Speaker } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';

const isAmongOthers = ({ asn, sessions }: Speaker): boolean =>
  sessions.some((session) => isInternal(session, asn));

/** By default FRR leaves out without a word what a rule sets for a route that is passed on within an AS. */
export const reflection = (router: Speaker): string[] =>
  isAmongOthers(router) ? [' bgp route-reflector allow-outbound-policy'] : [];

/**
 * Every router passes on within its AS what it hears there, as if it were the only one to do so: links of an AS come and go, and a change of
 * this resets the session. Originator and list of clusters, each router being its own, tell what has been here before.
 */
export const reflected = (session: DesiredSession, { asn }: Pick<Speaker, 'asn'>): string[] =>
  isInternal(session, asn) ? [`  neighbor ${session.address} route-reflector-client`] : [];

/** There is no IGP: a neighbour of the same AS reaches its next hops over the link, those of reflected routes (`force`), too. */
export const nextHops = (session: DesiredSession, { asn }: Pick<Speaker, 'asn'>): string[] =>
  isInternal(session, asn) ? [`  neighbor ${session.address} next-hop-self force`] : [];

/**
 * By default FRR spreads packets over routes that are alike. Only an AS with several routers has such, one way longer than the other
 * within it, so that routers could send to and fro; and where packets go would not be the same each time.
 */
export function oneWay({ asn, sessions }: Speaker): string[] {
  const several = new Set(sessions.map((session) => session.asn)).size < sessions.length;
  return isAmongOthers({ asn, sessions }) || several ? ['  maximum-paths 1', '  maximum-paths ibgp 1'] : [];
}
