import { z } from 'zod';
import { Image } from '../api/quantity.ts';
import { overlap, parsePrefix } from '../core/plan/ipv4.ts';
import type { LogFormat, LogLevel } from '../telemetry/logger.ts';
import { usageError } from './exit.ts';
import {
  asnsForm,
  countForm,
  durationForm,
  endpointsForm,
  fileForm,
  listenForm,
  locatorsForm,
  poolForm,
  prefixForm,
  rangeForm,
  shareForm,
  subnetForm,
  vnisForm,
} from './setting-forms.ts';
import { type SettingKey, type SettingName, SETTINGS } from './setting-names.ts';

const HOUR = 3_600_000;

const forms = z.object({
  etcdEndpoints: endpointsForm,
  prefix: prefixForm,
  etcdCa: fileForm.optional(),
  etcdCert: fileForm.optional(),
  etcdKey: fileForm.optional(),
  etcdUsername: z.string().optional(),
  etcdPassword: z.string().optional(),
  etcdPasswordFile: fileForm.optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent'] satisfies LogLevel[]).optional(),
  logFormat: z.enum(['json', 'pretty'] satisfies LogFormat[]),
  nodes: z.string().optional(),
  dockerCa: fileForm.optional(),
  dockerCert: fileForm.optional(),
  dockerKey: fileForm.optional(),
  listen: listenForm,
  leaseTtl: durationForm(2_000, HOUR, '10s'),
  resync: durationForm(1_000, 24 * HOUR, '20s'),
  proofInterval: durationForm(1_000, 24 * HOUR, '60s'),
  concurrency: countForm(1, 256),
  eventTtl: durationForm(60_000, 7 * 24 * HOUR, '1h'),
  deletionGuard: shareForm,
  poolLinks: poolForm,
  poolAccess: poolForm,
  poolLoopbacks: rangeForm,
  poolAsns: asnsForm,
  poolLocators: locatorsForm,
  poolVnis: vnisForm,
  managementSubnet: subnetForm,
  imageRouterFrr: Image,
  imageRouterBird: Image,
  imageRouterVyos: Image,
  imageHost: Image,
  imagePause: Image,
  imageHelper: Image,
} satisfies Record<SettingKey, z.ZodType>);

type Forms = z.infer<typeof forms>;

/** Whatever the parts of hinge need to know of their surroundings; made here, once, and handed on. */
export type Settings = ReturnType<typeof arrange>;

interface EtcdTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Only what is there: undefined is no value of an optional field here. */
function etcdTls({ etcdCa: ca, etcdCert: cert, etcdKey: key }: Forms): { readonly tls?: EtcdTls } {
  if (ca === undefined && cert === undefined && key === undefined) return {};
  const pair = cert !== undefined && key !== undefined ? { cert, key } : {};
  return { tls: { ...(ca !== undefined && { ca }), ...pair } };
}

function arrange(values: Forms) {
  const username = values.etcdUsername;
  const password = values.etcdPasswordFile?.replace(/\r?\n$/, '') ?? values.etcdPassword;
  const { dockerCa: ca, dockerCert: cert, dockerKey: key } = values;
  return {
    prefix: values.prefix,
    /** PEM texts, not paths. */
    etcd: {
      endpoints: values.etcdEndpoints,
      ...etcdTls(values),
      ...(username !== undefined && password !== undefined && { auth: { username, password } }),
    },
    docker: {
      /** As written: the Docker adapter reads it. */
      nodes: values.nodes,
      tls: ca !== undefined && cert !== undefined && key !== undefined ? { ca, cert, key } : undefined,
    },
    log: {
      /** Undefined: what the command finds right. */
      level: values.logLevel,
      format: values.logFormat,
    },
    listen: values.listen,
    leaseTtlSeconds: Math.ceil(values.leaseTtl / 1000),
    resyncMs: values.resync,
    proofIntervalMs: values.proofInterval,
    concurrency: values.concurrency,
    eventTtlSeconds: Math.ceil(values.eventTtl / 1000),
    deletionShare: values.deletionGuard.share,
    plan: {
      links: values.poolLinks,
      access: values.poolAccess,
      loopbacks: values.poolLoopbacks,
      asns: values.poolAsns,
      locators: values.poolLocators,
      vnis: values.poolVnis,
      management: values.managementSubnet,
      images: {
        routerFrr: values.imageRouterFrr,
        routerBird: values.imageRouterBird,
        routerVyos: values.imageRouterVyos,
        host: values.imageHost,
        pause: values.imagePause,
      },
    },
    helperImage: values.imageHelper,
  };
}

/** As Settings, of commands that cannot do without engines. */
export type SettingsWithNodes = Settings & { readonly docker: { readonly nodes: string } };

/** @throws CliError (usage) when no engines are named. */
export function withNodes(settings: Settings): SettingsWithNodes {
  const { nodes } = settings.docker;
  if (nodes !== undefined) return { ...settings, docker: { ...settings.docker, nodes } };
  throw usageError(
    'HINGE_NODES: expected the engines of the Swarm, such as node1=unix:///var/run/docker.sock,node2=ssh://root@node2',
  );
}

/** What kind of terminal this is, such as `xterm-256color`. */
export const terminalType = (environment: Environment = process.env): string => environment['TERM'] || 'dumb';

type Environment = Readonly<Record<string, string | undefined>>;
type Flags = Readonly<Record<string, unknown>>;

interface Given {
  readonly text: string | undefined;
  /** What a message calls it: the flag or the variable. */
  readonly name: string;
}

/** A flag wins over its variable; an empty variable counts as unset, as in `HINGE_PREFIX= hinge get`. */
function given(key: string, setting: SettingName, flags: Flags, environment: Environment): Given {
  const flag = flags[key];
  if (typeof flag === 'string') return { text: flag, name: setting.flag?.split(' ')[0] ?? setting.variable };
  const variable = environment[setting.variable];
  if (variable !== undefined && variable !== '') return { text: variable, name: setting.variable };
  return { text: setting.fallback, name: setting.variable };
}

/** Settings that only make sense together. */
const TOGETHER: readonly (readonly SettingKey[])[] = [
  ['etcdCert', 'etcdKey'],
  ['dockerCa', 'dockerCert', 'dockerKey'],
];

/** Ranges that hinge takes addresses from, each for one purpose. */
const RANGES = ['poolLinks', 'poolAccess', 'poolLoopbacks', 'managementSubnet'] as const;

function overlapping(values: Forms): string[] {
  const ranges = RANGES.map((key) => {
    const value = values[key];
    return { key, range: typeof value === 'string' ? value : value.range };
  });
  return ranges.flatMap((one, at) =>
    ranges
      .slice(at + 1)
      .filter((other) => overlap(parsePrefix(one.range), parsePrefix(other.range)))
      .map(
        (other) =>
          `${SETTINGS[one.key].variable} (${one.range}) and ${SETTINGS[other.key].variable} (${other.range}) overlap: each needs a range of its own`,
      ),
  );
}

const isSet = (values: Forms, key: SettingKey): boolean => values[key] !== undefined;

function incomplete(values: Forms): string[] {
  const lone = (there: SettingKey, missing: SettingKey): string =>
    `${SETTINGS[there].variable} is set, but ${SETTINGS[missing].variable} is not: they only work together`;
  const problems = TOGETHER.flatMap((group) => {
    const there = group.find((key) => isSet(values, key));
    const missing = group.find((key) => !isSet(values, key));
    return there !== undefined && missing !== undefined ? [lone(there, missing)] : [];
  });
  const user = isSet(values, 'etcdUsername');
  const password = (['etcdPassword', 'etcdPasswordFile'] as const).find((key) => isSet(values, key));
  if (user && password === undefined) problems.push(lone('etcdUsername', 'etcdPasswordFile'));
  if (!user && password !== undefined) problems.push(lone(password, 'etcdUsername'));
  return problems;
}

/**
 * Reads every setting from flags and variables: the one place that looks at the environment.
 * @param flags as commander has parsed them, by setting key
 * @throws CliError that names each flag or variable that cannot be used, with its value and what was expected
 */
export function readSettings(flags: Flags, environment: Environment = process.env): Settings {
  const inputs = Object.entries(SETTINGS).map(
    ([key, setting]) => [key, given(key, setting, flags, environment)] as const,
  );
  const parsed = forms.safeParse(Object.fromEntries(inputs.map(([key, { text }]) => [key, text])));
  if (!parsed.success) {
    const named = new Map<PropertyKey, Given>(inputs);
    throw usageError(parsed.error.issues.map((issue) => problemOf(issue, named)).join('\n'));
  }
  const problems = [...incomplete(parsed.data), ...overlapping(parsed.data)];
  if (problems.length > 0) throw usageError(problems.join('\n'));
  return arrange(parsed.data);
}

function problemOf(issue: z.core.$ZodIssue, named: ReadonlyMap<PropertyKey, Given>): string {
  const [key = ''] = issue.path;
  const expected = issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : issue.message;
  return `${named.get(key)?.name ?? String(key)}: expected ${expected}, got "${named.get(key)?.text ?? ''}"`;
}
