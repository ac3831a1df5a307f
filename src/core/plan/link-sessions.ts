import type { LinkBgp } from '../../api/bgp.ts';
import type { Path } from '../../api/path.ts';
import { linkKey } from './owners.ts';
import { pairsOf } from './pairs.ts';

/** What a Path asks of the session over a link. */
export interface NamedSession {
  readonly key: string;
  readonly terms: LinkBgp;
  /** Where in the Path. */
  readonly field: string;
}

const namesAny = (bgp: LinkBgp | undefined): boolean => bgp !== undefined && Object.keys(bgp).length > 0;

/** What a Path says of its sessions, in its order; a link of which it says nothing is left to others. */
export function sessionsOf(path: Path): readonly NamedSession[] {
  const { bgp, hops = [] } = path.spec;
  return pairsOf(path).flatMap(({ key }) => {
    const index = hops.findIndex(({ between }) => linkKey(...between) === key);
    const own = hops[index]?.bgp;
    if (!namesAny(bgp) && !namesAny(own)) return [];
    const field = namesAny(own) ? `spec.hops[${index.toString()}].bgp` : 'spec.bgp';
    return [{ key, field, terms: { ...bgp, ...own } }];
  });
}

/** Such as `timers 3/9/1, bfd false, password of secret core`. */
export const termsText = ({ timers, bfd, password }: LinkBgp): string =>
  [
    ...(timers === undefined
      ? []
      : [`timers ${[timers.keepalive, timers.hold, timers.connect].map(String).join('/')}`]),
    ...(bfd === undefined ? [] : [`bfd ${String(bfd)}`]),
    ...(password === undefined ? [] : [`password of secret ${password.secret}`]),
  ].join(', ');

/** Two Paths ask for the same. */
export const sameTerms = (one: LinkBgp, other: LinkBgp): boolean => termsText(one) === termsText(other);
