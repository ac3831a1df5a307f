import { z } from 'zod';
import { Name } from './meta.ts';
import { Asn, celRule, Ipv4Prefix, text, wholeNumber } from './quantity.ts';

const LARGEST = 4294967295;
/** More than anybody writes by hand. */
const MOST_RULES = 500;
const MOST_PREFIXES = 1_000;
const MOST_COMMUNITIES = 32;
/** AS numbers that one rule puts in front. */
const MOST_PREPENDED = 32;

export const BgpTimers = z
  .strictObject({
    keepalive: wholeNumber(1, 21845).default(3).describe('Seconds between keepalives.'),
    hold: wholeNumber(3, 65535)
      .default(9)
      .describe('Seconds of silence after which a session ends; at least three times keepalive.'),
    connect: wholeNumber(1, 65535).default(1).describe('Seconds between attempts to connect.'),
  })
  .refine(({ keepalive, hold }) => hold >= 3 * keepalive, {
    path: ['hold'],
    error: 'at least three times keepalive (RFC 4271)',
  })
  .meta(celRule('self.hold >= 3 * self.keepalive', 'hold must be at least three times keepalive (RFC 4271)'))
  .describe('Timers of BGP sessions, in s; they hold from the next session on.');
export type BgpTimers = z.infer<typeof BgpTimers>;

/** Names of well-known communities, as FRR prints them, with their values. */
export const WELL_KNOWN: Readonly<Record<string, string>> = {
  'graceful-shutdown': '65535:0',
  blackhole: '65535:666',
  'no-export': '65535:65281',
  'no-advertise': '65535:65282',
  'local-AS': '65535:65283',
  'no-peer': '65535:65284',
};

const HALF = '(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})';

/** RFC 1997. 0:… is reserved, and FRR takes 0:0 for every community there is. */
export const Community = text(
  new RegExp(`^(${HALF}:(0|${HALF})|${Object.keys(WELL_KNOWN).join('|')})$`),
  `a community such as 65000:1, or ${Object.keys(WELL_KNOWN).join(', ')}`,
);

const Communities = z.array(Community).min(1).max(MOST_COMMUNITIES);

/** An IPv4 prefix, alone or with those inside it whose length is in a range. */
const PrefixMatch = text(
  /^[0-9.]+\/[0-9]{1,2}( ge [0-9]{1,2})?( le [0-9]{1,2})?$/,
  'a prefix such as 10.0.0.0/8, 10.0.0.0/8 le 24 or 10.0.0.0/8 ge 16 le 24',
)
  .refine((written) => Ipv4Prefix.safeParse(written.split(' ', 1)[0]).success, {
    error: 'an IPv4 prefix such as 10.0.0.0/8 before ge and le',
    abort: true,
  })
  .refine((written) => {
    const { length, ge, le } = lengthsOf(written);
    const least = ge ?? (le === undefined ? length : length + 1);
    return (ge ?? length + 1) > length && (le ?? 32) >= least && (le ?? 32) <= 32;
  }, 'lengths in the order: prefix length < ge <= le <= 32');

/** The lengths in `10.0.0.0/8 ge 16 le 24`. */
export function lengthsOf(written: string): {
  readonly length: number;
  readonly ge: number | undefined;
  readonly le: number | undefined;
} {
  const [, length = '', , ge, , le] = /\/(\d+)( ge (\d+))?( le (\d+))?$/.exec(written) ?? [];
  const number = (digits: string | undefined): number | undefined =>
    digits === undefined ? undefined : Number(digits);
  return { length: Number(length), ge: number(ge), le: number(le) };
}

const isRegex = (pattern: string): boolean => {
  try {
    // POSIX has no groups that begin with ?, and FRR's _ is the only shorthand.
    new RegExp(pattern.replaceAll('_', '( |$)'), 'u').test('');
    return !pattern.includes('(?');
  } catch {
    return false;
  }
};

/** The characters are those that FRR takes (config_bgp_aspath_validate). */
const AsPath = text(
  /^[0-9_^|[,{}() \]$*+.?\\-]{1,200}$/,
  'a regular expression over AS numbers such as ^65001_ (digits, spaces and _ ^ $ . * + ? | - , ( ) [ ] { } \\ only)',
)
  .refine(
    (pattern) => pattern.trim() === pattern,
    'no spaces at its ends; _ stands for what is between AS numbers',
  )
  .refine(isRegex, 'a POSIX regular expression whose brackets close and whose * + ? { follow something');

export const Match = z
  .strictObject({
    prefixes: z
      .array(PrefixMatch)
      .min(1)
      .max(MOST_PREFIXES)
      .exactOptional()
      .describe('One of these; 10.0.0.0/8 le 24 stands for all prefixes inside it up to that length.'),
    asPath: AsPath.exactOptional().describe("Regular expression over the AS path, in FRR's syntax."),
    communities: Communities.exactOptional().describe('At least one of these is on the route.'),
  })
  .describe('What a route must be like, all of it. Default: any route.');
export type Match = z.infer<typeof Match>;

const changes = {
  med: wholeNumber(0, LARGEST).exactOptional().describe('Multi-exit discriminator.'),
  prepend: wholeNumber(1, MOST_PREPENDED)
    .exactOptional()
    .describe("How often to put the router's own AS number in front of the AS path."),
  prependAsns: z
    .array(Asn)
    .min(1)
    .max(MOST_PREPENDED)
    .exactOptional()
    .describe('AS numbers to put in front of the AS path.'),
  communities: Communities.exactOptional().describe('The only communities that the route has then.'),
  addCommunities: Communities.exactOptional().describe('Communities to add.'),
  removeCommunities: Communities.exactOptional().describe('Communities to take off, before any are added.'),
};

interface Changes {
  readonly prepend?: unknown;
  readonly prependAsns?: unknown;
  readonly communities?: unknown;
  readonly addCommunities?: unknown;
  readonly removeCommunities?: unknown;
}

const replacesOnly = (set: Changes): boolean =>
  set.communities === undefined || (set.addCommunities === undefined && set.removeCommunities === undefined);
const REPLACES = {
  path: ['communities'],
  error: 'either communities, which replaces them all, or addCommunities and removeCommunities',
};
const prependsOnce = (set: Changes): boolean => set.prepend === undefined || set.prependAsns === undefined;
const PREPENDS = { path: ['prependAsns'], error: 'either prepend or prependAsns' };

const ImportSet = z
  .strictObject({
    localPreference: wholeNumber(0, LARGEST - 1)
      .exactOptional()
      .describe('The highest wins, before everything else; 100 when nothing sets it.'),
    ...changes,
  })
  .refine(replacesOnly, REPLACES)
  .refine(prependsOnce, PREPENDS);

const ExportSet = z
  .strictObject({
    ...changes,
    nextHopUnchanged: z
      .boolean()
      .exactOptional()
      .describe('Send the next hop as it was heard, instead of this router; the neighbour must reach it.'),
  })
  .refine(replacesOnly, REPLACES)
  .refine(prependsOnce, PREPENDS);

const action = z.enum(['permit', 'deny']).default('permit').describe('What happens to a route that matches.');
const setsNothing = ({ action: what, set }: { readonly action: string; readonly set?: object }): boolean =>
  what === 'permit' || set === undefined || Object.keys(set).length === 0;
const DENIES = { path: ['set'], error: 'nothing, since a rule that denies leaves nothing to set' };

export const ImportRule = z
  .strictObject({
    match: Match.exactOptional(),
    action,
    set: ImportSet.exactOptional().describe('What to change on the way in.'),
  })
  .refine(setsNothing, DENIES);
export type ImportRule = z.infer<typeof ImportRule>;

export const ExportRule = z
  .strictObject({
    match: Match.exactOptional(),
    action,
    set: ExportSet.exactOptional().describe('What to change on the way out.'),
  })
  .refine(setsNothing, DENIES);
export type ExportRule = z.infer<typeof ExportRule>;

const Password = z
  .strictObject({ secret: Name.describe('Name of the secret that both ends share.') })
  .describe('TCP-MD5 signature (RFC 2385) with the password in the secret of this name.');

const session = {
  timers: BgpTimers.exactOptional(),
  bfd: z.boolean().exactOptional().describe('Whether BFD watches the session. Default: true.'),
  password: Password.exactOptional(),
};

/** What a Path says of the sessions over its links. */
export const LinkBgp = z.strictObject(session).describe('BGP sessions over the links.');
export type LinkBgp = z.infer<typeof LinkBgp>;

const rules = {
  import: z
    .array(ImportRule)
    .max(MOST_RULES)
    .exactOptional()
    .describe('Rules for routes that are heard: the first that matches decides; none: permitted.'),
  export: z
    .array(ExportRule)
    .max(MOST_RULES)
    .exactOptional()
    .describe('Rules for routes that are announced: the first that matches decides; none: permitted.'),
};

export const BgpNeighbor = z.strictObject({
  router: Name.describe('A neighbour by some Path.'),
  ...session,
  defaultOriginate: z.boolean().exactOptional().describe('Announce a default route to it.'),
  maximumPrefixes: z
    .strictObject({
      limit: wholeNumber(1, LARGEST).describe('So many prefixes are accepted from it.'),
      action: z
        .enum(['warn', 'reset'])
        .default('reset')
        .describe('What more do: end the session until it is cleared by hand, or a line in the log.'),
    })
    .exactOptional()
    .describe('How many prefixes the neighbour may announce.'),
  ...rules,
});
export type BgpNeighbor = z.infer<typeof BgpNeighbor>;

export const RouterBgp = z
  .strictObject({
    timers: BgpTimers.exactOptional(),
    gracefulRestart: z
      .strictObject({
        restartTime: wholeNumber(1, 4095).default(120).describe('Seconds that neighbours wait for it.'),
      })
      .exactOptional()
      .describe('Graceful restart (RFC 4724). Default: only as a helper.'),
    aggregates: z
      .array(
        z.strictObject({
          prefix: Ipv4Prefix.describe('Announced while there is a route inside it.'),
          summaryOnly: z.boolean().default(false).describe('Whether the routes inside it are held back.'),
        }),
      )
      .max(MOST_RULES)
      .exactOptional()
      .describe('Prefixes that stand for those inside them.'),
    ...rules,
    neighbors: z.array(BgpNeighbor).exactOptional().describe('What differs for one neighbour.'),
  })
  .describe('BGP policy.');
export type RouterBgp = z.infer<typeof RouterBgp>;
