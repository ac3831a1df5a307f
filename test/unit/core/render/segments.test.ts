import { describe, expect, it } from 'vitest';
import { nftText } from '../../../../src/core/render/nft.ts';
import { wantedEntries } from '../../../../src/core/render/segments.ts';
import { Bench } from '../plan/bench.ts';
import { ring, routerOf } from '../plan/segmented.ts';

/** Written by `vitest -u`. Real kernels take these commands in test/e2e/srv6.test.ts. */
const golden = (name: string): string => `../../../golden/srv6/${name}`;

const { desired } = new Bench()
  .put(
    ...ring(
      { name: 'own', path: 'upper', addresses: { from: '10.77.0.1', to: '10.77.0.2' } },
      { name: 'media', path: 'lower', match: { dscp: 46, protocol: 'udp', ports: ['5000-5010', 80] } },
      { name: 'web', path: 'upper', match: { dscp: 10, ports: [443] } },
      { name: 'rest', path: 'lower' },
    ),
  )
  .settle();

describe('SRv6 in a kernel', () => {
  it.each(['r1', 'r2', 'r3', 'r4'])('is set up in %s', async (name) => {
    const { segments } = routerOf(desired, name);
    if (segments === undefined) throw new Error(`${name} has no segments`);
    const lines = wantedEntries(segments, (address) => `eth-${address}`).map(({ line }) => `ip ${line}\n`);
    await expect(`${lines.join('')}${nftText(segments.flows)}`).toMatchFileSnapshot(golden(`${name}.txt`));
  });
});
