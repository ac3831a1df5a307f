import { finding, type Finding } from './finding.ts';
import type { Holding } from './holding.ts';
import { parsePrefix, sizeOf } from './ipv4.ts';
import { MOST_PORTS } from './lans.ts';
import { locatorsIn } from './locator.ts';
import { type PlanSettings, SETTING_NAMES, subnetPoolOf } from './settings.ts';
import type { Want } from './want.ts';

/** A pool has nothing left for a want. */
export function exhausted(want: Want, holding: Holding, settings: PlanSettings): Finding {
  const message = `The pool of ${describePool(holding, settings)} widens it; or write a value here, or remove what is not needed.`;
  return finding('PoolExhausted', want.field, '', message);
}

/** What is in the pool, how much that is, and which setting says so. */
function describePool({ pool, owner }: Holding, settings: PlanSettings): string {
  const usedUp = (what: string, range: string, count: number, setting: string): string =>
    `${what}, ${range} (${count.toString()} in all), is used up. ${setting}`;
  if (pool === 'asn') {
    const { first, last } = settings.asns;
    return usedUp(
      'AS numbers',
      `${first.toString()}-${last.toString()}`,
      last - first + 1,
      SETTING_NAMES.asns,
    );
  }
  if (pool === 'locator') {
    const { locators } = settings;
    return usedUp('SRv6 locators', locators, locatorsIn(locators).count, SETTING_NAMES.locators);
  }
  if (pool === 'loopback' || pool === 'address') {
    const { loopbacks } = settings;
    return usedUp('loopbacks', loopbacks, sizeOf(parsePrefix(loopbacks)), SETTING_NAMES.loopbacks);
  }
  if (pool === 'vni') {
    const { first, last } = settings.vnis;
    const range = `${first.toString()}-${last.toString()}`;
    return usedUp('VNIs', range, last - first + 1, SETTING_NAMES.vnis);
  }
  if (pool === 'port')
    return usedUp(
      'host numbers of a LAN',
      `1-${MOST_PORTS.toString()} as far as its subnet has room`,
      MOST_PORTS,
      'A wider subnet',
    );
  const kind = subnetPoolOf(owner);
  const { range, length } = settings[kind];
  const what = `${kind === 'links' ? 'link' : 'access'} subnets of /${length.toString()}`;
  return usedUp(what, range, 2 ** (length - parsePrefix(range).length), SETTING_NAMES[kind]);
}
