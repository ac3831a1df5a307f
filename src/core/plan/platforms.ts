import type { RouterSpec, VyosRelease } from '../../api/router.ts';
import { releaseOf } from '../render/vyos/release.ts';
import { type Traits, TRAITS } from '../render/vyos/release-traits.ts';
import type { ContainerForm } from './container-form.ts';
import type { PlanSettings } from './settings.ts';

export type Platform = RouterSpec['platform'];

/** What a container gets unless its object says otherwise. */
export interface ContainerDefaults {
  readonly image: string;
  readonly capabilities: readonly string[];
  /** Of its network namespace; Docker refuses others. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Sysctls of everything that routes. Interfaces are plugged in later and take `default` over. */
export const ROUTING_SYSCTLS = {
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

/** What not every platform can do. What one cannot do is refused, and never left out without a word. */
export interface PlatformAbilities {
  /** Its sessions carry EVPN, so that connections of layer 2 may pass it. */
  readonly evpn: boolean;
  readonly aggregates: boolean;
  readonly defaultOriginate: boolean;
  readonly gracefulRestart: boolean;
  readonly nextHopUnchanged: boolean;
  /** What `match.asPath` may be: `masks` are AS numbers joined by `_`, between `^` or `_` and `$` or `_`. */
  readonly asPaths: 'regular expressions' | 'masks';
  /** What other timers do to a session that is up. */
  readonly newTimers: 'wait' | 'reset';
}

/** All that hinge knows of a platform besides how its configuration reads (render/dialects.ts) and how it is asked (adapters/router). */
interface PlatformFacts extends ContainerDefaults {
  /** The setting that replaces the image. */
  readonly imageSetting: keyof NonNullable<PlanSettings['images']>;
  /** Its own command line, in its image. */
  readonly shell: readonly string[];
  readonly abilities: PlatformAbilities;
  /** How its own container is made, in a sandbox. */
  readonly form: ContainerForm;
}

/** A router that needs no more than capabilities; the kernel ends it with its sandbox. */
const UNPRIVILEGED: ContainerForm = { privileged: false, devices: [], mounts: [], sharesProcesses: true };

/** What holds a sandbox needs nothing, and routes for the router in it. */
const SANDBOX: ContainerDefaults = { image: 'hinge/pause:1', capabilities: [], sysctls: ROUTING_SYSCTLS };

/**
 * What an operating system wants of which systemd is process 1, as VyOS is: it mounts, loads modules, and ends in order by another signal than
 * programs do. Devices come with the privileges.
 */
const SYSTEM: ContainerForm = {
  privileged: true,
  devices: [],
  mounts: ['/lib/modules'],
  sharesProcesses: false,
  command: ['/sbin/init'],
  stopSignal: 'SIGRTMIN+3',
  boots: true,
};

/** In which form a Router runs that does not say so. */
const RUNTIMES = { frr: 'task', bird: 'task', vyos: 'sandbox' } as const;

/** Of FRR, and of VyOS, which is FRR below. */
const OF_FRR: PlatformAbilities = {
  ...{ evpn: true, aggregates: true, defaultOriginate: true, gracefulRestart: true },
  ...{ nextHopUnchanged: true, asPaths: 'regular expressions', newTimers: 'wait' },
};

/** By the Router's platform. docs/platforms.md says what a further one needs. */
const PLATFORMS: Readonly<Record<Platform, PlatformFacts>> = {
  frr: {
    image: 'hinge/router-frr:1',
    imageSetting: 'routerFrr',
    capabilities: ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN'],
    sysctls: ROUTING_SYSCTLS,
    shell: ['vtysh'],
    abilities: OF_FRR,
    form: UNPRIVILEGED,
  },
  bird: {
    image: 'hinge/router-bird:1',
    imageSetting: 'routerBird',
    // BIRD gives up being root, and keeps what it asks for; the kernel has no use for NET_BROADCAST.
    capabilities: ['CAP_NET_ADMIN', 'CAP_NET_BROADCAST', 'CAP_NET_RAW'],
    sysctls: ROUTING_SYSCTLS,
    shell: ['birdc'],
    abilities: {
      ...{ evpn: false, aggregates: false, defaultOriginate: false, gracefulRestart: false },
      ...{ nextHopUnchanged: false, asPaths: 'masks', newTimers: 'reset' },
    },
    form: UNPRIVILEGED,
  },
  vyos: {
    image: 'hinge/vyos:1.4',
    imageSetting: 'routerVyos',
    capabilities: ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN'],
    sysctls: ROUTING_SYSCTLS,
    shell: ['vtysh'],
    abilities: OF_FRR,
    form: SYSTEM,
  },
};

export const isPlatform = (name: string): name is Platform => name in PLATFORMS;

export const abilitiesOf = (platform: Platform): PlatformAbilities => PLATFORMS[platform].abilities;

/** Those of a Router as it is written: what a platform can do may depend on its release. */
export const abilitiesFor = (spec: Pick<RouterSpec, 'platform' | 'release' | 'image'>): PlatformAbilities =>
  spec.platform === 'vyos'
    ? { ...abilitiesOf('vyos'), ...ofRelease(TRAITS[releaseOf(spec)]) }
    : abilitiesOf(spec.platform);

const ofRelease = ({ evpn, unchangedNextHop: nextHopUnchanged }: Traits): Partial<PlatformAbilities> => ({
  evpn,
  nextHopUnchanged,
});

/** Release of VyOS whose configuration a Router reads: what it says, or what its image tells, be that the usual one. */
export const releaseFor = (spec: RouterSpec, settings: PlanSettings): VyosRelease =>
  releaseOf({ ...spec, image: spec.image ?? routerDefaults(spec.platform, settings).image });

/** Whether a platform runs in the one container that Swarm makes: nothing that needs more than capabilities does. */
export const runsAsTask = (platform: Platform): boolean => !PLATFORMS[platform].form.privileged;

export const shellOf = (platform: Platform): readonly string[] => PLATFORMS[platform].shell;

export const runtimeOf = ({ platform, runtime }: RouterSpec): 'task' | 'sandbox' =>
  runtime ?? RUNTIMES[platform];

export const routerForm = (platform: Platform): ContainerForm => PLATFORMS[platform].form;

export const sandboxDefaults = ({ images }: PlanSettings): ContainerDefaults => ({
  ...SANDBOX,
  image: images?.pause ?? SANDBOX.image,
});

/** An experiment host is somebody's own image: it gets what Docker gives anyway. */
const HOST: ContainerDefaults = { image: 'hinge/host:1', capabilities: [], sysctls: {} };

export function routerDefaults(platform: Platform, { images }: PlanSettings): ContainerDefaults {
  const { image, imageSetting, capabilities, sysctls } = PLATFORMS[platform];
  return { image: images?.[imageSetting] ?? image, capabilities, sysctls };
}

export const hostDefaults = ({ images }: PlanSettings): ContainerDefaults => ({
  ...HOST,
  image: images?.host ?? HOST.image,
});
