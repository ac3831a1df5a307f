import type { SeenHop } from '../../core/prove/hops.ts';
import type { TracedTo } from '../../ports/host-console.ts';

/** Whole seconds, as ping and traceroute take them. */
export const seconds = (ms: number): number => Math.ceil(ms / 1000);

/** ICMP probes: any host answers them, and all probes of a run belong to one flow. -N: probes side by side. */
export const traceCommand = ({ address, source, maxHops, addedMs }: TracedTo): readonly string[] => [
  'traceroute',
  ...['-n', '-I', '-q', '1', '-w', String(1 + seconds(addedMs)), '-N', '32', '-m', String(maxHops)],
  ...(source === undefined ? [] : ['-s', source]),
  address,
];

/** Reads a line of it, ` 3  10.0.0.1  0.123 ms` or ` 3  *`; `!N` and its like at the end: whoever answered has no route. */
export function parseHop(line: string): SeenHop | undefined {
  const match = /^\s*(\d+)\s+(?:(\*)|([\d.]+)\s+([\d.]+) ms)(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, ttl, , address, rtt, rest] = match;
  return {
    ttl: Number(ttl),
    address,
    rttMs: rtt === undefined ? undefined : Number(rtt),
    unreachable: /![A-Z]/.test(rest ?? ''),
  };
}
