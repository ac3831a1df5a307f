import type { RouterSpec } from '../../api/router.ts';
import type { ContainerForm } from './container-form.ts';
import type { PlanSettings } from './settings.ts';

/** What a container gets unless its object says otherwise. */
export interface ContainerDefaults {
  readonly image: string;
  readonly capabilities: readonly string[];
  /** Of its network namespace; Docker refuses others. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Sysctls of everything that routes. Interfaces are plugged in later and take `default` over. */
const ROUTING = {
  'net.ipv4.ip_forward': '1',
  // Forward and reverse way may differ: that is what experiments are about.
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  // A redirect would let a host leave its Path.
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  // A route over an interface that has lost its carrier is none.
  'net.ipv4.conf.all.ignore_routes_with_linkdown': '1',
  'net.ipv4.conf.default.ignore_routes_with_linkdown': '1',
  // Proofs trace hop by hop: every hop answers, with the address that the packet came in by.
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.icmp_errors_use_inbound_ifaddr': '1',
  // Docker switches IPv6 off where a network has none.
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.ipv6.conf.all.forwarding': '1',
  'net.ipv6.conf.default.forwarding': '1',
} as const;

/** What holds a sandbox needs nothing, and routes for the router in it. */
const SANDBOX: ContainerDefaults = { image: 'hinge/pause:1', capabilities: [], sysctls: ROUTING };

/** How a router's own container is made, by platform. */
const FORMS: Readonly<Record<'frr', ContainerForm>> = {
  frr: { privileged: false, devices: [], mounts: [], sharesProcesses: true },
};

/** In which form a Router runs that does not say so. */
const RUNTIMES = { frr: 'task', vyos: 'sandbox' } as const;

/** By the Router's platform. */
const PLATFORMS: Readonly<Record<'frr', ContainerDefaults>> = {
  frr: {
    image: 'hinge/router-frr:1',
    capabilities: ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN'],
    sysctls: ROUTING,
  },
};

export const runtimeOf = ({ platform, runtime }: RouterSpec): 'task' | 'sandbox' =>
  runtime ?? RUNTIMES[platform];

export const routerForm = (platform: 'frr'): ContainerForm => FORMS[platform];

export const sandboxDefaults = ({ images }: PlanSettings): ContainerDefaults => ({
  ...SANDBOX,
  image: images?.pause ?? SANDBOX.image,
});

/** An experiment host is somebody's own image: it gets what Docker gives anyway. */
const HOST: ContainerDefaults = { image: 'hinge/host:1', capabilities: [], sysctls: {} };

export function routerDefaults(platform: 'frr', { images }: PlanSettings): ContainerDefaults {
  const defaults = PLATFORMS[platform];
  return { ...defaults, image: images?.routerFrr ?? defaults.image };
}

export const hostDefaults = ({ images }: PlanSettings): ContainerDefaults => ({
  ...HOST,
  image: images?.host ?? HOST.image,
});
