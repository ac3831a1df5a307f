import type { RouteEntry, RouterSession } from '../../core/diff/observed-router.ts';

/** A protocol of BIRD's, from `show protocols all`. */
interface BirdProtocol {
  readonly name: string;
  readonly kind: string;
  /** `down` for good: somebody has disabled it, or it has ended itself. */
  readonly down: boolean;
  /** Seconds since the epoch; undefined: it is told in another format. */
  readonly since: number | undefined;
  /** The rest of its lines, trimmed. */
  readonly lines: readonly string[];
}

const HEAD = /^(\S+)\s+(\S+)\s+\S+\s+(up|down|start|stop|flush)\s+(\S+)/;

/** Reads `show protocols all`: each protocol is a line without indentation, and those below it. */
export function protocolsIn(text: string): readonly BirdProtocol[] {
  const protocols: (Omit<BirdProtocol, 'lines'> & { readonly lines: string[] })[] = [];
  for (const line of text.split('\n')) {
    const [, name, kind = '', state, since = ''] = HEAD.exec(line) ?? [];
    if (name !== undefined) {
      const seconds = /^\d+$/.test(since) ? Number(since) : undefined;
      protocols.push({ name, kind, down: state === 'down', since: seconds, lines: [] });
    } else if (line.startsWith(' ') && line.trim() !== '') protocols.at(-1)?.lines.push(line.trim());
  }
  return protocols;
}

const field = ({ lines }: BirdProtocol, name: string): string | undefined =>
  lines
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();

/** What has ended itself because of more prefixes than it may have. */
const overLimit = (protocol: BirdProtocol): boolean => /limit/i.test(field(protocol, 'Last error') ?? '');

/** Those of hinge that somebody has disabled. */
export const disabledAmong = (protocols: readonly BirdProtocol[]): readonly string[] =>
  protocols
    .filter((protocol) => protocol.down && protocol.name.startsWith('hinge_') && !overLimit(protocol))
    .map(({ name }) => name);

/** Under the names of RFC 4271, and of FRR for what a router holds itself. */
function stateOf(protocol: BirdProtocol): string {
  if (protocol.down) return overLimit(protocol) ? 'Idle (PfxCt)' : 'Idle (Admin)';
  const state = field(protocol, 'BGP state') ?? 'Idle';
  if (state === 'Passive') return 'Active';
  return state === 'Close' || state === 'Down' ? 'Idle' : state;
}

/** @param now in the container, seconds since the epoch. @param watched addresses of neighbours that BFD watches. */
export function sessionsIn(
  protocols: readonly BirdProtocol[],
  now: number,
  watched: ReadonlySet<string>,
): readonly RouterSession[] {
  return protocols
    .flatMap((protocol): RouterSession[] => {
      const address = field(protocol, 'Neighbor address');
      if (protocol.kind !== 'BGP' || address === undefined) return [];
      const state = stateOf(protocol);
      const since = state === 'Established' ? protocol.since : undefined;
      return [
        {
          address,
          asn: Number(field(protocol, 'Neighbor AS') ?? 0),
          state,
          establishedAt: since === undefined ? undefined : new Date(since * 1000).toISOString(),
          upMs: since === undefined ? undefined : Math.max(0, now - since) * 1000,
          watched: watched.has(address),
          prefixesReceived: Number(/^(\d+) imported/.exec(field(protocol, 'Routes') ?? '')?.[1] ?? 0),
        },
      ];
    })
    .sort((a, b) => a.address.localeCompare(b.address));
}

const ROUTE = /^(\d+\.\d+\.\d+\.\d+\/\d+)\s/;
const AS_PATH = /^\tBGP\.as_path:(.*)$/;
const NEXT_HOP = /^\tBGP\.next_hop:\s*(\S+)/;

/** Reads `show route all primary`; what the router originates itself has the next hop 0.0.0.0, as FRR says. */
export function routesIn(text: string): readonly RouteEntry[] {
  const routes: { prefix: string; nextHop: string; asPath: number[] }[] = [];
  for (const line of text.split('\n')) {
    const prefix = ROUTE.exec(line)?.[1];
    if (prefix !== undefined) routes.push({ prefix, nextHop: '0.0.0.0', asPath: [] });
    const last = routes.at(-1);
    if (last === undefined) continue;
    const path = AS_PATH.exec(line)?.[1];
    if (path !== undefined) last.asPath = [...path.matchAll(/\d+/g)].map(Number);
    last.nextHop = NEXT_HOP.exec(line)?.[1] ?? last.nextHop;
  }
  return routes;
}

const SAYS = {
  now: /^Current server time is (\S+) (\S+)$/m,
  last: /^Last reconfiguration on (\S+) (\S+)$/m,
} as const;

/**
 * When BIRD was last given a configuration, in s since the machine's start: clocks of the time of day may be set meanwhile. Reads `/proc/uptime`
 * and `show status`. @returns undefined: it does not say, or in another format.
 */
export function reconfiguredAt(text: string): number | undefined {
  const [now, last] = [SAYS.now, SAYS.last].map((pattern) => {
    const [, day = '', time = ''] = pattern.exec(text) ?? [];
    return Date.parse(`${day}T${time}Z`);
  });
  const at = Number.parseFloat(text) - ((now ?? NaN) - (last ?? NaN)) / 1000;
  return Number.isNaN(at) ? undefined : at;
}
