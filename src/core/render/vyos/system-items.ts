import type { Routing } from '../routing.ts';
import { block, filled, type Item, leaf, tagged } from './item.ts';
import { KERNEL_MAP } from './policy-items.ts';
import type { Traits } from './release-traits.ts';
import type { VyosRouter } from './router.ts';

/** VyOS takes no name of one letter. */
export const hostName = (name: string): string => (name.length < 2 ? `router-${name}` : name);

/** No user is among it: whoever wants to log in over the network says so in extraConfig. */
export const systemItem = ({ hostname, sysctls }: VyosRouter, { connected }: Routing, traits: Traits): Item =>
  block('system', [
    leaf('host-name', hostName(hostname)),
    ...(!traits.old && connected.length > 0
      ? [block('ip', [tagged('protocol', 'bgp', [leaf('route-map', KERNEL_MAP)])])]
      : []),
    ...filled(
      'sysctl',
      Object.entries(sysctls)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => tagged(traits.old ? 'custom' : 'parameter', name, [leaf('value', value)])),
    ),
  ]);
