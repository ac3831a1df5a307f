import { addressOf } from '../../plan/ipv4.ts';
import type { RouterPlan } from '../../plan/router-plan.ts';
import type { VyosRouter } from './router.ts';

/** In the order of the plan: eth0, eth1 and so on. */
const inOrder = (_address: string, at: number): string => `eth${at.toString()}`;

/** A planned router. @param sysctls by name. @param nameOf names an interface by its address with mask, and its place in the plan. */
export function vyosRouterOf(
  { rendered, interfaces, bridges = [], segments, router }: RouterPlan,
  sysctls: Readonly<Record<string, string>>,
  nameOf: (address: string, at: number) => string = inOrder,
): VyosRouter {
  const named = interfaces.map(({ address, description, mtu }, at) => ({
    ...{ name: nameOf(address, at), address, description, mtu },
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
