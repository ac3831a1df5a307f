import { block, filled, type Item, leaf, tagged } from './item.ts';
import { DISCARD_DISTANCE, type Routing } from '../routing.ts';
import type { Traits } from './release-traits.ts';
import type { VyosRouter } from './router.ts';

const LOCATOR = 'hinge';
/** Lengths in bits that make up a locator of /48: VyOS's own default is for /64, which FRR refuses here. */
const BLOCK_BITS = 32;
const NODE_BITS = 16;
const FUNCTION_BITS = 16;

/** The router's locator, and the interfaces whose packets with segments the kernel is to look at. Without one of those VyOS refuses it. */
export function segmentItems({ segments }: VyosRouter, { srv6 }: Traits): readonly Item[] {
  if (!srv6 || segments === undefined || segments.interfaces.length === 0) return [];
  return [
    block('segment-routing', [
      ...segments.interfaces.map((name) => tagged('interface', name, [block('srv6', [])])),
      block('srv6', [
        tagged('locator', LOCATOR, [
          leaf('prefix', segments.locator),
          leaf('block-len', BLOCK_BITS),
          leaf('node-len', NODE_BITS),
          leaf('func-bits', FUNCTION_BITS),
        ]),
      ]),
    ]),
  ];
}

export const staticItems = ({ discarded }: Routing): readonly Item[] =>
  filled(
    'static',
    discarded.map((prefix) =>
      tagged('route', prefix, [block('blackhole', [leaf('distance', DISCARD_DISTANCE)])]),
    ),
  );
