import type { VyosRelease } from '../../../api/router.ts';
import { isInternal } from '../../plan/autonomous-system.ts';
import type { Routing } from '../routing.ts';
import { LEAST_TUNNEL_MTU } from './interface-items.ts';
import { platformLacks, releaseLacks, type VyosNote } from './note.ts';
import { mapsOf } from './policy-items.ts';
import { TRAITS } from './release-traits.ts';
import { hasRemovals, hasTooManyRemovals } from './removed-lists.ts';
import type { VyosRouter } from './router.ts';
import { hostName } from './system-items.ts';

/** FRR's own, in s, which VyOS leaves as it is. */
const USUAL_RESTART = 120;

/** What of a router VyOS, or one release of it, cannot do. */
export const notesOf = (router: VyosRouter, routing: Routing, release: VyosRelease): readonly VyosNote[] => [
  ...platformNotes(router, routing),
  ...releaseNotes(router, routing, release),
];

function platformNotes({ hostname, bgp, bridges }: VyosRouter, { policies }: Routing): readonly VyosNote[] {
  const restart = bgp?.gracefulRestart?.restartTime;
  const notes: VyosNote[] = [];
  if (hostName(hostname) !== hostname)
    notes.push(
      platformLacks(`takes no host name of one letter: the router calls itself ${hostName(hostname)}.`),
    );
  if (restart !== undefined && restart !== USUAL_RESTART)
    notes.push(
      platformLacks(
        `has no option for the time that neighbours wait in graceful restart (spec.bgp.gracefulRestart.restartTime: ${String(restart)}): it stays at ${String(USUAL_RESTART)} s.`,
      ),
    );
  for (const { session } of policies) {
    const limit = session.policy?.maximumPrefixes;
    if (limit?.action === 'warn')
      notes.push(
        platformLacks(
          `has no limit of prefixes that only warns (spec.bgp.neighbors, router ${session.peer}, maximumPrefixes.action: warn): there is no limit for this neighbour.`,
        ),
      );
  }
  if (hasTooManyRemovals(mapsOf(policies)))
    notes.push(
      platformLacks(
        'has room for 99 lists of removeCommunities with communities of eleven characters such as 64512:12345: the last ones take those not off.',
      ),
    );
  for (const { vni, mtu } of bridges)
    if (mtu < LEAST_TUNNEL_MTU)
      notes.push(
        platformLacks(
          `takes no tunnel of less than ${String(LEAST_TUNNEL_MTU)} bytes: the LAN with VNI ${String(vni)} has room for ${String(mtu)}, and larger frames are lost.`,
        ),
      );
  return notes;
}

function releaseNotes(
  { asn, bridges, segments }: VyosRouter,
  { policies }: Routing,
  release: VyosRelease,
): readonly VyosNote[] {
  const traits = TRAITS[release];
  const sessions = policies.map(({ session }) => session);
  const sets = mapsOf(policies).flatMap(({ clauses }) => clauses.map(({ set }) => set));
  const lacks: readonly (readonly [boolean, string])[] = [
    [
      !traits.evpn && bridges.length > 0,
      'has no EVPN: connections of layer 2 do not run at this router. Use 1.4 or newer there.',
    ],
    [
      !traits.srv6 && segments !== undefined,
      'has no SRv6: the router is not configured with its locator. Use 1.4 or newer on Paths with engineering: srv6.',
    ],
    [
      !traits.bfdProfiles && sessions.some(({ bfd }) => bfd !== false),
      'has no BFD profiles: sessions are watched with three times 300 ms, also where a link delays BFD.',
    ],
    [
      !traits.reflectedPolicy && sessions.some((session) => isInternal(session, asn)),
      'does not apply rules of `export` to routes that it reflects within its AS.',
    ],
    [
      !traits.standardLists && hasRemovals(mapsOf(policies)),
      'does not take off communities of eleven characters such as 64512:12345 (removeCommunities).',
    ],
    [
      !traits.unchangedNextHop && sets.some(({ nextHopUnchanged }) => nextHopUnchanged),
      'has no rule that leaves the next hop as it was heard (nextHopUnchanged): routes are announced with this router as their next hop.',
    ],
    [
      sets.some(({ prepend = [] }) => prepend.length > traits.mostPrepended),
      `puts ${String(traits.mostPrepended)} AS numbers in front of a path at most: rules that ask for more put as many.`,
    ],
    [
      sessions.some(({ pace }) => pace !== undefined && pace.hold < traits.leastHold),
      `has no hold time below ${String(traits.leastHold)} s: sessions with a shorter one have this.`,
    ],
  ];
  return lacks.flatMap(([is, what]) => (is ? [releaseLacks(release, what)] : []));
}
