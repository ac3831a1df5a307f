import {
  classLine,
  filterLines,
  filtersRemoval,
  filterText,
  leafLine,
  leafRemoval,
  ROOT,
  rootRemoval,
  type TcLeaf,
  type TcTree,
  treeLines,
} from '../render/tc.ts';

/** A link's interface as the kernel describes it. */
export interface ObservedInterface {
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  /** Its alias; hinge's own says which MTU it had before. */
  readonly alias: string | undefined;
  /** Undefined: the kernel's default. */
  readonly root: { readonly kind: string; readonly handle: string; readonly fallback?: string } | undefined;
  /** Bits per second, of the class below hinge's root. */
  readonly rate: { readonly rate: number; readonly ceil: number } | undefined;
  /** `other`: of a kind that hinge does not use. */
  readonly leaf: TcLeaf | { readonly kind: 'other' } | undefined;
  /** As filterText writes them. */
  readonly filters: readonly string[];
}

/** What an interface is to have. */
export interface WantedInterface {
  /** Bytes; undefined: what it had before hinge touched it. */
  readonly mtu: number | undefined;
  readonly tree: TcTree | undefined;
}

/** Lines for `ip -batch` and `tc -batch`, in this order. */
export interface ShapingChange {
  readonly before: readonly string[];
  readonly tc: readonly string[];
  readonly after: readonly string[];
}

const MARK = /^hinge:mtu=(\d+)$/;

/** Whether hinge has changed an interface. @param alias of the interface. */
export const isMarked = (alias: string | undefined): boolean => alias !== undefined && MARK.test(alias);

/**
 * What makes an interface as it is wanted; nothing when it is so. An interface is marked before anything of it is changed, and until nothing is
 * changed any more: what is to be taken back is known from the interface itself. @param wanted undefined: the link has no properties.
 */
export function diffShaping(wanted: WantedInterface | undefined, seen: ObservedInterface): ShapingChange {
  const device = seen.name;
  const mark = MARK.exec(seen.alias ?? '');
  const usual = mark === null ? seen.mtu : Number(mark[1]);
  const touches = wanted !== undefined && (wanted.tree !== undefined || wanted.mtu !== undefined);
  if (!touches && mark === null) return { before: [], tc: [], after: [] };
  const mtu = wanted?.mtu ?? usual;
  const resized = mtu === seen.mtu ? [] : [`link set dev ${device} mtu ${mtu.toString()}`];
  const tc =
    wanted?.tree === undefined
      ? seen.root?.handle === ROOT
        ? [rootRemoval(device)]
        : []
      : treeChange(wanted.tree, seen);
  if (!touches) return { before: [], tc, after: [...resized, `link set dev ${device} alias ""`] };
  const marked = mark === null ? [`link set dev ${device} alias hinge:mtu=${usual.toString()}`] : [];
  return { before: [...marked, ...resized], tc, after: [] };
}

export const changesNothing = ({ before, tc, after }: ShapingChange): boolean =>
  before.length + tc.length + after.length === 0;

function treeChange(wanted: TcTree, seen: ObservedInterface): readonly string[] {
  const { name: device, root } = seen;
  const own = root?.kind === 'htb' && root.handle === ROOT && root.fallback === '0x1';
  if (!own) return [...(root === undefined ? [] : [rootRemoval(device)]), ...treeLines(device, wanted)];
  const { rate, filters } = seen;
  const limited = rate !== undefined && close(rate.rate, wanted.rate) && close(rate.ceil, wanted.rate);
  const filtered = filters.join('\n') === wanted.filters.map(filterText).join('\n');
  return [
    ...(limited ? [] : [classLine(device, wanted)]),
    ...leafChange(device, wanted.leaf, seen.leaf),
    ...(filtered
      ? []
      : [...(filters.length > 0 ? [filtersRemoval(device)] : []), ...filterLines(device, wanted)]),
  ];
}

const OPTIONS = ['limit', 'delayUs', 'jitterUs', 'loss', 'duplicate', 'reorder', 'corrupt'] as const;

function leafChange(device: string, wanted: TcLeaf, seen: ObservedInterface['leaf']): readonly string[] {
  const made = leafLine(device, wanted);
  if (seen === undefined) return [made];
  if (seen.kind === 'bfifo' && wanted.kind === 'bfifo') return seen.limit === wanted.limit ? [] : [made];
  if (seen.kind !== 'netem' || wanted.kind !== 'netem') return [leafRemoval(device), made];
  if (OPTIONS.every((option) => close(seen[option], wanted[option]))) return [];
  // What is not named any more would stay.
  const ends = OPTIONS.some((option) => seen[option] > 0 && wanted[option] === 0);
  return ends ? [leafRemoval(device), made] : [made];
}

/** tc prints six digits at most, and rates of classes in the unit that leaves four. */
const close = (seen: number, wanted: number): boolean => Math.abs(seen - wanted) <= Math.abs(wanted) * 2e-3;
