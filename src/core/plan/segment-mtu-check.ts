import type { Path } from '../../api/path.ts';
import { finding, type Finding } from './finding.ts';
import { shapesOf } from './link-shape.ts';
import { listing } from './listing.ts';
import { describeOwner } from './owners.ts';
import { pairsOf } from './pairs.ts';
import type { World } from './world.ts';

/** Interfaces with a smaller MTU have no IPv6 (RFC 8200), in bytes. */
const SMALLEST = 1280;

/** Links of Paths over SRv6 whose MTU is too small for it, whichever Path names it. */
export function checkSegmentMtu(path: Path, world: Pick<World, 'shapes' | 'segmented'>): Finding[] {
  const own = new Map(shapesOf(path).map((named) => [named.key, named]));
  const segmented = path.spec.engineering === 'srv6';
  return pairsOf(path).flatMap(({ key }, index): Finding[] => {
    const named = own.get(key);
    const shapes = world.shapes(key);
    const mtu = named?.shape.mtu ?? shapes[0]?.value.mtu;
    const users = [...world.segmented(key), ...shapes.map(({ user }) => user)].sort();
    if (mtu === undefined || mtu >= SMALLEST) return [];
    if (!segmented && world.segmented(key).length === 0) return [];
    const others = users.length === 0 ? '' : ` It is shared with ${listing([...new Set(users)])}.`;
    const message = `SRv6 runs over IPv6, which needs an MTU of ${String(SMALLEST)} at least, and ${describeOwner(key)} has ${String(mtu)}.${others}`;
    const field = named?.shape.mtu === undefined ? `spec.via[${String(index)}]` : `${named.field}.mtu`;
    return [finding('Invalid', field, String(mtu), message, users)];
  });
}
