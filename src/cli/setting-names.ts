import { SETTING_NAMES } from '../core/plan/settings.ts';

/** One setting: a variable, a flag that wins over it, and what both mean. Loaded by --help, so nothing heavy here. */
export interface SettingName {
  readonly variable: string;
  /** Long flag with its argument, such as `--prefix <path>`; secrets have none, since other users see command lines. */
  readonly flag?: string;
  readonly description: string;
  /** As it would be written; undefined: nothing. */
  readonly fallback?: string;
  /** `store`: every command that talks to etcd; `engines`: those that also talk to engines; `operator`: `hinge run` only. */
  readonly scope: 'store' | 'engines' | 'operator';
}

export const SETTINGS = {
  etcdEndpoints: {
    variable: 'HINGE_ETCD_ENDPOINTS',
    flag: '--etcd-endpoints <list>',
    description: 'etcd members: host:port or https://host:port, comma-separated',
    fallback: '127.0.0.1:2379',
    scope: 'store',
  },
  prefix: {
    variable: 'HINGE_PREFIX',
    flag: '--prefix <path>',
    description: 'where the testbed is in etcd',
    fallback: '/hinge',
    scope: 'store',
  },
  etcdCa: {
    variable: 'HINGE_ETCD_CA',
    flag: '--etcd-ca <file>',
    description: "authority that signed etcd's certificate (PEM)",
    scope: 'store',
  },
  etcdCert: {
    variable: 'HINGE_ETCD_CERT',
    flag: '--etcd-cert <file>',
    description: 'client certificate for etcd (PEM)',
    scope: 'store',
  },
  etcdKey: {
    variable: 'HINGE_ETCD_KEY',
    flag: '--etcd-key <file>',
    description: "the client certificate's key (PEM)",
    scope: 'store',
  },
  etcdUsername: {
    variable: 'HINGE_ETCD_USERNAME',
    flag: '--etcd-username <name>',
    description: "user of etcd's own authentication",
    scope: 'store',
  },
  etcdPassword: {
    variable: 'HINGE_ETCD_PASSWORD',
    description: 'password of that user; better in a file',
    scope: 'store',
  },
  etcdPasswordFile: {
    variable: 'HINGE_ETCD_PASSWORD_FILE',
    flag: '--etcd-password-file <file>',
    description: 'file with the password of that user',
    scope: 'store',
  },
  logLevel: {
    variable: 'HINGE_LOG_LEVEL',
    flag: '--log-level <level>',
    description: 'debug, info, warn, error or silent; the operator logs from info, other commands not at all',
    scope: 'store',
  },
  logFormat: {
    variable: 'HINGE_LOG_FORMAT',
    flag: '--log-format <format>',
    description: 'json or pretty',
    fallback: 'json',
    scope: 'store',
  },
  nodes: {
    variable: 'HINGE_NODES',
    flag: '--nodes <list>',
    description: 'engines: node1=unix:///var/run/docker.sock,node2=tcp://host:2376,node3=ssh://user@host',
    scope: 'engines',
  },
  dockerCa: {
    variable: 'HINGE_DOCKER_CA',
    flag: '--docker-ca <file>',
    description: 'authority that signed the certificates of tcp:// engines (PEM)',
    scope: 'engines',
  },
  dockerCert: {
    variable: 'HINGE_DOCKER_CERT',
    flag: '--docker-cert <file>',
    description: 'client certificate for tcp:// engines (PEM)',
    scope: 'engines',
  },
  dockerKey: {
    variable: 'HINGE_DOCKER_KEY',
    flag: '--docker-key <file>',
    description: "the client certificate's key (PEM)",
    scope: 'engines',
  },
  listen: {
    variable: 'HINGE_LISTEN',
    flag: '--listen <address>',
    description: 'where probes and metrics are served: host:port or unix:///path',
    fallback: '127.0.0.1:9464',
    scope: 'operator',
  },
  leaseTtl: {
    variable: 'HINGE_LEASE_TTL',
    flag: '--lease-ttl <duration>',
    description: 'after so long without a word from the leader another operator takes over',
    fallback: '10s',
    scope: 'operator',
  },
  resync: {
    variable: 'HINGE_RESYNC',
    flag: '--resync <duration>',
    description: 'how often everything is looked at without a cause',
    fallback: '20s',
    scope: 'operator',
  },
  proofInterval: {
    variable: 'HINGE_PROOF_INTERVAL',
    flag: '--proof-interval <duration>',
    description: 'how often every connection is proven whole, with the AS path; packets are sent more often',
    fallback: '60s',
    scope: 'operator',
  },
  concurrency: {
    variable: 'HINGE_CONCURRENCY',
    flag: '--concurrency <number>',
    description: 'networks and routers that are worked on at a time',
    fallback: '8',
    scope: 'operator',
  },
  eventTtl: {
    variable: 'HINGE_EVENT_TTL',
    flag: '--event-ttl <duration>',
    description: 'how long events are kept',
    fallback: '1h',
    scope: 'operator',
  },
  deletionGuard: {
    variable: 'HINGE_DELETION_GUARD',
    flag: '--deletion-guard <share>',
    description:
      'deletions of more than this share of the objects at a time wait for hinge confirm; off: none does',
    fallback: '20%',
    scope: 'operator',
  },
  poolLinks: {
    variable: SETTING_NAMES.links,
    flag: '--pool-links <range:length>',
    description: "where links' subnets come from, and their prefix length",
    fallback: '10.200.0.0/14:27',
    scope: 'operator',
  },
  poolAccess: {
    variable: SETTING_NAMES.access,
    flag: '--pool-access <range:length>',
    description: 'where access subnets come from, and their prefix length',
    fallback: '10.204.0.0/14:24',
    scope: 'operator',
  },
  poolLoopbacks: {
    variable: SETTING_NAMES.loopbacks,
    flag: '--pool-loopbacks <range>',
    description: 'where loopback addresses come from',
    fallback: '10.255.0.0/16',
    scope: 'operator',
  },
  poolAsns: {
    variable: SETTING_NAMES.asns,
    flag: '--pool-asns <first-last>',
    description: 'where AS numbers come from',
    fallback: '4200000000-4294967294',
    scope: 'operator',
  },
  poolLocators: {
    variable: SETTING_NAMES.locators,
    flag: '--pool-locators <range>',
    description: 'where SRv6 locators come from',
    fallback: '5f00::/32',
    scope: 'operator',
  },
  poolVnis: {
    variable: SETTING_NAMES.vnis,
    flag: '--pool-vnis <first-last>',
    description: 'where VNIs of layer-2 connections come from',
    fallback: '1000000-1999999',
    scope: 'operator',
  },
  managementSubnet: {
    variable: SETTING_NAMES.management,
    flag: '--management-subnet <subnet>',
    description: 'subnet of the network that every service is attached to',
    fallback: '10.254.0.0/16',
    scope: 'operator',
  },
  imageRouterFrr: {
    variable: 'HINGE_IMAGE_ROUTER_FRR',
    flag: '--image-router-frr <image>',
    description: 'image of routers with platform frr',
    fallback: 'hinge/router-frr:1',
    scope: 'operator',
  },
  imageRouterBird: {
    variable: 'HINGE_IMAGE_ROUTER_BIRD',
    flag: '--image-router-bird <image>',
    description: 'image of routers with platform bird',
    fallback: 'hinge/router-bird:1',
    scope: 'operator',
  },
  imageRouterVyos: {
    variable: 'HINGE_IMAGE_ROUTER_VYOS',
    flag: '--image-router-vyos <image>',
    description: 'image of routers with platform vyos',
    fallback: 'hinge/vyos:1.4',
    scope: 'operator',
  },
  imageHost: {
    variable: 'HINGE_IMAGE_HOST',
    flag: '--image-host <image>',
    description: 'image of experiment hosts that name none',
    fallback: 'hinge/host:1',
    scope: 'operator',
  },
  imagePause: {
    variable: 'HINGE_IMAGE_PAUSE',
    flag: '--image-pause <image>',
    description: 'image of what holds the sandbox of a router that runs in one',
    fallback: 'hinge/pause:1',
    scope: 'operator',
  },
  imageHelper: {
    variable: 'HINGE_IMAGE_HELPER',
    flag: '--image-helper <image>',
    description: 'image of the node helper',
    fallback: 'hinge/helper:1',
    scope: 'operator',
  },
} as const satisfies Record<string, SettingName>;

export type SettingKey = keyof typeof SETTINGS;

/** The settings of one scope, in the order of the table. */
export const settingsOf = (scope: SettingName['scope']): readonly SettingName[] =>
  (Object.values(SETTINGS) as SettingName[]).filter((setting) => setting.scope === scope);
