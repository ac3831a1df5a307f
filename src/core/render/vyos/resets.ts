import type { SessionReset } from '../session-reset.ts';
import { bootPaths, bootTree } from './boot-tree.ts';

/** Options of a neighbour that hinge writes itself: what a change of these does is told by the plan. */
const OWN =
  /^(remote-as|description|advertisement-interval|bfd|password|timers|address-family (ipv4-unicast|l2vpn-evpn) (maximum-prefix|nexthop-self|route-map|route-reflector-client|default-originate)|address-family (ipv4-unicast|l2vpn-evpn)$)/;

const NEIGHBOR = /^protocols bgp (?:\d+ )?neighbor (\S+) (.*)$/;

/**
 * Which sessions a change of extraConfig may reset. Users' lines are in one tree with hinge's own, so that what hinge never writes is theirs. None of
 * it was measured: no VyOS was at hand.
 */
export function extraConfigResets(before: string, after: string): readonly SessionReset[] {
  const [old, now] = [before, after].map((text) => new Set(bootPaths(bootTree(text))));
  const only = (
    lines: ReadonlySet<string> | undefined,
    others: ReadonlySet<string> | undefined,
    change: SessionReset['change'],
  ): SessionReset[] =>
    [...(lines ?? [])].flatMap((line) => {
      const [, neighbor, option] = NEIGHBOR.exec(line) ?? [];
      if (others?.has(line) === true || neighbor === undefined || OWN.test(option ?? '')) return [];
      return [{ line, change, neighbor, certain: false }];
    });
  return [...only(old, now, 'removed'), ...only(now, old, 'added')];
}
