/** A range that subnets of one size are allocated from. */
export interface SubnetPool {
  /** CIDR. */
  readonly range: string;
  /** Prefix length of each subnet, 16 to 28. Its upper half holds a gateway and two addresses per node that has it. */
  readonly length: number;
}

/** What hinge may choose from when users write nothing. What they write may lie anywhere. */
export interface PlanSettings {
  readonly links: SubnetPool;
  readonly access: SubnetPool;
  /** CIDR; /32s are taken from it, for connections with addresses of their own, too. */
  readonly loopbacks: string;
  /** Inclusive. */
  readonly asns: { readonly first: number; readonly last: number };
  /** IPv6 CIDR; SRv6 locators of /48 are taken from it. */
  readonly locators: string;
  /** Of LANs; inclusive. */
  readonly vnis: { readonly first: number; readonly last: number };
  /** CIDR of the network that every service is attached to. */
  readonly management: string;
  /** Images of containers whose object names none. Default: by platform (platforms.ts). */
  readonly images?: Readonly<Record<'routerFrr' | 'routerBird' | 'routerVyos' | 'host' | 'pause', string>>;
}

/** Private AS numbers (RFC 6996), private addresses (RFC 1918) that Docker's own default pools leave alone, and SRv6 SIDs' own block (RFC 9602). */
export const DEFAULT_SETTINGS: PlanSettings = {
  links: { range: '10.200.0.0/14', length: 27 },
  access: { range: '10.204.0.0/14', length: 24 },
  loopbacks: '10.255.0.0/16',
  asns: { first: 4200000000, last: 4294967294 },
  locators: '5f00::/32',
  // Docker numbers its own from 4096 on; on other ports, so that even the same one would not meet.
  vnis: { first: 1_000_000, last: 1_999_999 },
  management: '10.254.0.0/16',
};

/** Variables that set them, as messages name them. */
export const SETTING_NAMES = {
  links: 'HINGE_POOL_LINKS',
  access: 'HINGE_POOL_ACCESS',
  loopbacks: 'HINGE_POOL_LOOPBACKS',
  asns: 'HINGE_POOL_ASNS',
  locators: 'HINGE_POOL_LOCATORS',
  vnis: 'HINGE_POOL_VNIS',
  management: 'HINGE_MANAGEMENT_SUBNET',
} as const satisfies Record<Exclude<keyof PlanSettings, 'images'>, string>;

/** Which pool a subnet comes from. @param owner `link/…`, `access/…` or `lan/…`. */
export const subnetPoolOf = (owner: string): 'links' | 'access' =>
  owner.startsWith('link/') ? 'links' : 'access';
