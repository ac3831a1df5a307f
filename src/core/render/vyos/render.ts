import type { VyosRelease } from '../../../api/router.ts';
import { type Routing, routingOf } from '../routing.ts';
import { bfdItems, bgpItem } from './bgp-items.ts';
import { interfaceItems } from './interface-items.ts';
import { block, type Item } from './item.ts';
import { withUsersLines } from './merge.ts';
import type { VyosNote } from './note.ts';
import { notesOf } from './notes.ts';
import { policyItems } from './policy-items.ts';
import { TRAITS } from './release-traits.ts';
import type { VyosRouter } from './router.ts';
import { segmentItems, staticItems } from './segment-items.ts';
import { systemItem } from './system-items.ts';

/** A router's complete configuration, to be written in either form. */
export interface VyosConfiguration {
  readonly items: readonly Item[];
  /** What it does not say as it is meant; empty: nothing. */
  readonly notes: readonly VyosNote[];
}

/** Names of lists and route-maps may have no dots. */
const nameOf = (address: string): string => address.replaceAll('.', '-');

/** The same router gives the same configuration. What the user wrote in `extraConfig` comes on top, as VyOS's own `set` would have it. */
export function renderVyos(router: VyosRouter, release: VyosRelease): VyosConfiguration {
  const routing = routingOf(router, nameOf);
  const { items, problems } = withUsersLines(
    ownItems(router, routing, release),
    router.extraConfig ?? '',
    release,
  );
  return {
    items,
    notes: [
      ...notesOf(router, routing, release),
      ...problems.map(({ line, message }): VyosNote => ({
        reason: 'BadLine',
        message: `Line ${String(line)} of spec.extraConfig was left out: ${message}.`,
      })),
    ],
  };
}

function ownItems(router: VyosRouter, routing: Routing, release: VyosRelease): readonly Item[] {
  const traits = TRAITS[release];
  return [
    systemItem(router, routing, traits),
    interfaceItems(router, routing, traits),
    ...policyItems(routing, traits),
    block('protocols', [
      ...segmentItems(router, traits),
      ...bfdItems(routing, traits),
      bgpItem(router, routing, traits),
      ...staticItems(routing),
    ]),
  ];
}
