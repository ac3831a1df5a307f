import { describe, expect, it } from 'vitest';
import {
  diffShaping,
  type ObservedInterface,
  type WantedInterface,
} from '../../../../src/core/diff/shaping.ts';
import type { Egress } from '../../../../src/core/plan/link-shape.ts';
import { filterText, type TcTree, treeLines, treeOf } from '../../../../src/core/render/tc.ts';

const PLAIN: Egress = {
  ...{ rate: undefined, delayUs: 0, jitterUs: 0 },
  ...{ loss: 0, duplicate: 0, reorder: 0, corrupt: 0 },
};
const UNTOUCHED: ObservedInterface = {
  ...{ name: 'eth2', mtu: 1450, alias: undefined, root: undefined },
  ...{ rate: undefined, leaf: undefined, filters: [] },
};

function wanted(
  egress: Partial<Egress>,
  more: Partial<WantedInterface> = {},
): WantedInterface & { tree: TcTree } {
  const tree = treeOf({ ...PLAIN, ...egress }, 'exempt', true);
  if (tree === undefined) throw new Error('nothing is wanted');
  return { mtu: undefined, ...more, tree };
}

/** An interface that is as wanted. */
const having = ({ tree, mtu }: WantedInterface & { tree: TcTree }): ObservedInterface => ({
  name: 'eth2',
  mtu: mtu ?? 1450,
  alias: 'hinge:mtu=1450',
  root: { kind: 'htb', handle: '11e:', fallback: '0x1' },
  rate: { rate: tree.rate, ceil: tree.rate },
  leaf: tree.leaf,
  filters: tree.filters.map(filterText),
});

const NOTHING = { before: [], tc: [], after: [] };
const SLOW = wanted({ rate: 2e6, delayUs: 20_000, loss: 0.1 });

describe('diffShaping', () => {
  it('marks an interface before anything of it is changed', () => {
    expect(diffShaping(wanted({ rate: 2e6 }, { mtu: 1400 }), UNTOUCHED)).toEqual({
      before: ['link set dev eth2 alias hinge:mtu=1450', 'link set dev eth2 mtu 1400'],
      tc: treeLines('eth2', wanted({ rate: 2e6 }).tree),
      after: [],
    });
  });

  it('changes nothing that is as wanted, however tc rounds', () => {
    const seen = having(SLOW);
    expect(diffShaping(SLOW, seen)).toEqual(NOTHING);
    const leaf = { ...SLOW.tree.leaf, delayUs: 20_000.01, loss: 0.1000002 } as ObservedInterface['leaf'];
    expect(diffShaping(SLOW, { ...seen, leaf })).toEqual(NOTHING);
  });

  it('touches nothing that hinge has not shaped', () => {
    const byHand = { ...UNTOUCHED, mtu: 1300, root: { kind: 'tbf', handle: '8001:' } };
    expect(diffShaping(undefined, byHand)).toEqual(NOTHING);
    expect(diffShaping({ mtu: undefined, tree: undefined }, byHand)).toEqual(NOTHING);
  });

  it('takes everything back', () => {
    const seen = { ...having(SLOW), mtu: 1400 };
    expect(diffShaping(undefined, seen)).toEqual({
      before: [],
      tc: ['qdisc del dev eth2 root'],
      after: ['link set dev eth2 mtu 1450', 'link set dev eth2 alias ""'],
    });
  });

  it('changes a rate in place', () => {
    const { tc } = diffShaping(wanted({ rate: 4e6 }), having(wanted({ rate: 2e6 })));
    expect(tc).toEqual([
      'class replace dev eth2 parent 11e: classid 11e:1 htb rate 4000000bit ceil 4000000bit burst 5000b cburst 5000b quantum 1514',
      'qdisc replace dev eth2 parent 11e:1 handle 11f: bfifo limit 50000',
    ]);
  });

  it('changes a delay in place, and makes netem anew only when an option ends', () => {
    const delayed = wanted({ rate: 2e6, delayUs: 30_000, loss: 0.1 });
    expect(diffShaping(delayed, having(SLOW)).tc).toEqual([
      expect.stringMatching(
        /^qdisc replace dev eth2 parent 11e:1 handle 11f: netem limit \d+ delay 30000us loss 0.1%$/,
      ),
    ]);
    const lossless = wanted({ rate: 2e6, delayUs: 20_000 });
    expect(diffShaping(lossless, having(SLOW)).tc).toEqual([
      'qdisc del dev eth2 parent 11e:1',
      expect.stringContaining('netem'),
    ]);
  });

  it('replaces what somebody has put there instead', () => {
    const seen = { ...having(SLOW), root: { kind: 'tbf', handle: '8001:' } };
    expect(diffShaping(SLOW, seen).tc).toEqual(['qdisc del dev eth2 root', ...treeLines('eth2', SLOW.tree)]);
  });

  it('makes the filters anew when one differs', () => {
    const seen = having(SLOW);
    const { tc } = diffShaping(SLOW, { ...seen, filters: seen.filters.slice(1) });
    expect(tc).toEqual([
      'filter del dev eth2 parent 11e:',
      ...treeLines('eth2', SLOW.tree).filter((line) => line.startsWith('filter')),
    ]);
  });
});
