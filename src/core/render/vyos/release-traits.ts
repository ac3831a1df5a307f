import type { VyosRelease } from '../../../api/router.ts';

/** How releases differ in what hinge writes. */
export interface Traits {
  /** BGP is `protocols bgp 65001 …`, communities and prepending are written in one option, and sysctls are `custom`. */
  readonly old: boolean;
  readonly evpn: boolean;
  readonly srv6: boolean;
  readonly bfdProfiles: boolean;
  /** The least hold time of a session, in s. */
  readonly leastHold: number;
  /** Rules hold for reflected routes, too. */
  readonly reflectedPolicy: boolean;
  /** Lists with numbers up to 99 are of communities, not of regular expressions. */
  readonly standardLists: boolean;
  /** A rule can leave the next hop as it was heard. */
  readonly unchangedNextHop: boolean;
  /** AS numbers that a rule puts in front of a path at most. */
  readonly mostPrepended: number;
}

const NEW: Traits = {
  old: false,
  evpn: true,
  srv6: true,
  bfdProfiles: true,
  leastHold: 1,
  reflectedPolicy: true,
  standardLists: true,
  unchangedNextHop: true,
  mostPrepended: Infinity,
};

export const TRAITS: Readonly<Record<VyosRelease, Traits>> = {
  '1.3': {
    old: true,
    evpn: false,
    srv6: false,
    bfdProfiles: false,
    leastHold: 4,
    reflectedPolicy: false,
    standardLists: false,
    unchangedNextHop: false,
    mostPrepended: 24,
  },
  '1.4': NEW,
  '1.5': NEW,
};
