import { describe, expect } from 'vitest';
import type { Container } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { slow } from '../support/slow.ts';
import { document, measured, useTestbed } from '../support/testbed.ts';

const ROUNDS = 80;
/** So many losses are enough. */
const LOSSES = 4;

/** What an engine does inside a container when it plugs, and undoes when it unplugs; then says what FRR made of it. */
const FLAP = `
pkill -STOP -x zebra
ip link add hinge-p type veth peer name hinge-q
ip -batch - <<STEPS
link set hinge-p up
link set hinge-p down
link set hinge-p name eth9
address add 10.78.0.9/24 dev eth9
link set eth9 up
link set hinge-q up
STEPS
pkill -CONT -x zebra
tries=0
until vtysh -d zebra -c 'show interface brief' | grep -q '^eth9 .* up'; do
  tries=$((tries + 1)); [ "$tries" -lt 50 ] || break
done
vtysh -c 'show bgp nexthop' -c 'show interface brief'`;

describe('a router that FRR leaves behind after a plug', () => {
  const testbed = useTestbed('/lost', { HINGE_RESYNC: '1s' });

  slow('has its next hops and addresses again, without a reset', async () => {
    await testbed.start();
    const documents = [
      document('Router', 'lost-a'),
      document('Router', 'lost-b'),
      document('Path', 'lost', { via: ['lost-a', 'lost-b'] }),
    ];
    await testbed.put(...documents);
    await testbed.ready(documents.map(({ ref }) => ref));
    const before = await footingOf(testbed);
    const router = await testbed.container('router/lost-a');
    const counts = { 'next hops': 0, addresses: 0 };
    for (let round = 0; round < ROUNDS && counts.addresses + counts['next hops'] < LOSSES; round += 1) {
      const shown = await router.run('sh', '-c', FLAP);
      if (/ invalid/.test(shown)) counts['next hops'] += 1;
      if (!shown.includes('10.78.0.9')) counts.addresses += 1;
      await mended(router);
      await router.run('ip', 'link', 'delete', 'hinge-q');
    }
    const [nextHops, addresses] = [counts['next hops'], counts.addresses];
    measured(`plugs that cost a router its next hops: ${String(nextHops)}; an address: ${String(addresses)}`);
    expect(nextHops + addresses, 'an FRR that loses nothing needs no mending').toBeGreaterThan(0);
    expect(await footingOf(testbed)).toEqual(before);
  });
});

/** What the kernel has, FRR has. */
async function mended(router: Container): Promise<void> {
  const both = async (): Promise<void> => {
    const shown = await seen(router);
    expect(shown).toContain('10.78.0.9/24');
    expect(shown).not.toContain(' invalid');
  };
  await eventually(both, { timeoutMs: 20_000, message: 'FRR knows its addresses and next hops' });
}

const seen = (router: Container): Promise<string> =>
  router.run('vtysh', '-c', 'show bgp nexthop', '-c', 'show interface brief');
