import { readFile } from 'node:fs/promises';
import type { Lab } from '../../deploy/lab/lab.ts';
import { Container } from '../support/containers.ts';
import { bgpTable, traceroute } from '../support/frr.ts';

const ROUTERS = 23;

/** Looks, after the clock has stopped and without either contender, whether what was built is Figure 3. @throws if not */
export async function verifyFigure3(lab: Lab, prefix: string): Promise<void> {
  const containers = await Container.all(lab, prefix);
  const container = (workload: string): Container => {
    const found = containers.get(workload);
    if (found === undefined) throw new Error(`${workload} has no running container`);
    return found;
  };
  const golden = await readFile('test/golden/figure-3.txt', 'utf8');
  const table = await bgpTable(container('router/vyos-57'));
  if (table !== golden.replace(/^#.*\n/gm, '')) throw new Error(`vyos-57 has another table:\n${table}`);
  const ways = [
    ['host/fig3/a', '10.199.57.3'],
    ['host/fig3/b', '10.199.34.3'],
  ] as const;
  for (const [from, to] of ways) {
    const hops = await traceroute(container(from), to);
    if (hops.length !== ROUTERS + 1 || hops.includes('*') || hops.at(-1) !== to)
      throw new Error(`from ${from} to ${to}: ${hops.join(' ')}`);
  }
}
