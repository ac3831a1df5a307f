import type { RouterSpec, VyosRelease } from '../../../api/router.ts';
import { addressOf } from '../../plan/ipv4.ts';
import type { RouterPlan } from '../../plan/router-plan.ts';
import { releaseOfImage, USUAL_RELEASE } from './release.ts';
import type { VyosRouter } from './router.ts';

/** What the object says, or what its image tells. */
export const releaseOf = ({ release, image }: Pick<RouterSpec, 'release' | 'image'>): VyosRelease =>
  release ?? (image === undefined ? undefined : releaseOfImage(image)) ?? USUAL_RELEASE;

/** A planned router with its interfaces named in the order of the plan: eth0, eth1 and so on. @param sysctls by name. */
export function vyosRouterOf(
  { rendered, interfaces, bridges = [], segments, router }: RouterPlan,
  sysctls: Readonly<Record<string, string>>,
): VyosRouter {
  const named = interfaces.map(({ address, description, mtu }, at) => ({
    ...{ name: `eth${at.toString()}`, address, description, mtu },
  }));
  const incoming = new Set(
    [...(segments?.neighbors ?? []), ...(segments?.sids ?? [])].map((one) => one.interface),
  );
  const locator = segments?.locator ?? router.locator;
  const used = named.filter(({ address }) => incoming.has(addressOf(address))).map(({ name }) => name);
  return {
    ...rendered,
    interfaces: named,
    bridges: bridges.map(({ vni, vtep, mtu }) => ({ vni, vtep, mtu })),
    segments: segments === undefined || locator === undefined ? undefined : { locator, interfaces: used },
    sysctls,
  };
}
