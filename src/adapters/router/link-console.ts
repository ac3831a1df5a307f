import { z } from 'zod';
import type { ObservedInterface, ShapingChange } from '../../core/diff/shaping.ts';
import { ROOT } from '../../core/render/tc.ts';
import type { LinkConsole } from '../../ports/link-console.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { outputOf } from './run-in.ts';

const TIMEOUT_MS = 10_000;

/** Between the parts of what a script prints. */
const MARK = '--- hinge ---';

/** That lo takes a queue shows that trying says something; the namespace ends with the command. */
const TRY_NETEM = `
tc qdisc add dev lo root pfifo limit 10
if tc qdisc replace dev lo root netem limit 10; then echo yes; else echo no; fi`;

/** Arguments: names of interfaces. tc prints the filters' matches as text only: its JSON has one name for all of them. */
const READ = `
ip -json link show
echo '${MARK}'
tc -json qdisc show
for device; do
  there=$(ip link show dev "$device" 2>/dev/null) || there=
  echo '${MARK}'
  [ -z "$there" ] || tc class show dev "$device"
  echo '${MARK}'
  [ -z "$there" ] || tc filter show dev "$device" parent ${ROOT}
done`;

/** Arguments: lines for ip, tc, and ip again. Batches, since a shell would read names of interfaces as its own. */
const CHANGE = `
printf '%s' "$1" | ip -batch -
printf '%s' "$2" | tc -batch -
printf '%s' "$3" | ip -batch -`;

/** Argument: the number. The helper's own /proc/sys is read-only; one that is mounted anew is that of the namespace. */
const ALLOW_TRIES = `
mount -t proc proc /proc
for name in tcp_syn_retries tcp_synack_retries; do
  file=/proc/sys/net/ipv4/$name
  [ "$(cat $file)" -ge "$1" ] || echo "$1" > $file
done`;

const Links = z.array(
  z.object({ ifname: z.string(), mtu: z.number(), ifalias: z.string().optional() }).or(z.object({})),
);

const share = (name: string): z.ZodType<number> =>
  z
    .record(z.string(), z.number())
    .optional()
    .transform((value) => (value?.[name] ?? 0) * 100);

const Qdiscs = z.array(
  z.object({
    kind: z.string(),
    handle: z.string(),
    dev: z.string(),
    parent: z.string().optional(),
    root: z.boolean().optional(),
    options: z.looseObject({ default: z.string().optional() }).default({}),
  }),
);

/** What tc says of netem: seconds, and shares of 1. */
const Netem = z.object({
  limit: z.number(),
  delay: z.object({ delay: z.number(), jitter: z.number().default(0) }).optional(),
  'loss-random': share('loss'),
  duplicate: share('duplicate'),
  reorder: share('reorder'),
  corrupt: share('corrupt'),
});

const Fifo = z.object({ limit: z.number() });

/** iproute2 of the node helper's own image, in the router's network namespace. */
export class NamespaceLinkConsole implements LinkConsole {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async hasNetem(target: ConsoleTarget): Promise<boolean> {
    const argv = ['unshare', '-n', 'sh', '-euc', TRY_NETEM];
    const text = await outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS });
    return text.trim() === 'yes';
  }

  async read(target: ConsoleTarget, names: readonly string[]): Promise<readonly ObservedInterface[]> {
    const argv = ['sh', '-euc', READ, 'sh', ...names];
    const text = await outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS });
    return parseInterfaces(text, names);
  }

  async allowTries(target: ConsoleTarget, retries: number): Promise<void> {
    const argv = ['unshare', '-m', 'sh', '-euc', ALLOW_TRIES, 'sh', String(retries)];
    const command = { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS, changes: true } as const;
    await outputOf(this.#fleet, target, command);
  }

  async change(target: ConsoleTarget, { before, tc, after }: ShapingChange): Promise<void> {
    const batches = [before, tc, after].map((lines) => lines.map((line) => `${line}\n`).join(''));
    const argv = ['sh', '-euc', CHANGE, 'sh', ...batches];
    const command = { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS, changes: true } as const;
    await outputOf(this.#fleet, target, command);
  }
}

/** Reads what the script READ prints. */
export function parseInterfaces(text: string, names: readonly string[]): readonly ObservedInterface[] {
  const [links = '[]', qdiscs = '[]', ...parts] = text.split(`${MARK}\n`);
  const found = Links.parse(JSON.parse(links)).flatMap((link) => ('ifname' in link ? [link] : []));
  const queues = Qdiscs.parse(JSON.parse(qdiscs));
  return names.flatMap((name, index) => {
    const link = found.find(({ ifname }) => ifname === name);
    if (link === undefined) return [];
    const own = queues.filter(({ dev }) => dev === name);
    // The kernel's own defaults have no handle.
    const root = own.find((queue) => queue.root === true && queue.handle !== '0:');
    const leaf = own.find(({ parent }) => parent === `${ROOT}1`);
    return [
      {
        name,
        mtu: link.mtu,
        alias: link.ifalias,
        root: root && {
          kind: root.kind,
          handle: root.handle,
          ...(root.options.default !== undefined && { fallback: root.options.default }),
        },
        rate: rateOf(parts[2 * index] ?? ''),
        leaf: leaf && leafOf(leaf),
        filters: filtersOf(parts[2 * index + 1] ?? ''),
      },
    ];
  });
}

function leafOf({ kind, options }: z.infer<typeof Qdiscs>[number]): ObservedInterface['leaf'] {
  if (kind === 'bfifo') return { kind, limit: Fifo.parse(options).limit };
  if (kind !== 'netem') return { kind: 'other' };
  const { limit, delay, 'loss-random': loss, duplicate, reorder, corrupt } = Netem.parse(options);
  const [delayUs, jitterUs] = [delay?.delay ?? 0, delay?.jitter ?? 0].map((seconds) => seconds * 1e6);
  return { kind, limit, delayUs: delayUs ?? 0, jitterUs: jitterUs ?? 0, loss, duplicate, reorder, corrupt };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Reads `tc class show`: `class htb 11e:1 root leaf 11f: prio 0 rate 2Mbit ceil 2Mbit burst 3028b cburst 3028b`. */
function rateOf(text: string): ObservedInterface['rate'] {
  const line = text.split('\n').find((each) => each.startsWith(`class htb ${ROOT}1 `)) ?? '';
  const match = /\brate ([\d.]+)([KMGT]?)bit ceil ([\d.]+)([KMGT]?)bit\b/.exec(line);
  if (match === null) return undefined;
  const [, rate, rateUnit = '', ceil, ceilUnit = ''] = match;
  return { rate: Number(rate) * (UNITS[rateUnit] ?? 1), ceil: Number(ceil) * (UNITS[ceilUnit] ?? 1) };
}

/** Reads `tc filter show`: a filter is a line with its class, and the lines `match VALUE/MASK at OFFSET` that follow it. */
function filtersOf(text: string): readonly string[] {
  const filters: string[] = [];
  for (const line of text.split('\n')) {
    const head = /^filter .*?protocol (\S+) pref (\d+) (\S+)(.*)$/.exec(line);
    const match = /^\s+match (\S+ at \d+)/.exec(line);
    if (head !== null) {
      const [, protocol = '', preference = '', kind, rest = ''] = head;
      const flow = /flowid (\S+)/.exec(rest)?.[1];
      if (flow !== undefined) filters.push(`${protocol} ${preference} ${flow}`);
      else if (kind !== 'u32') filters.push(`${protocol} ${preference} ${kind ?? ''}`);
    } else if (match !== null && filters.length > 0) filters.push(`${filters.pop() ?? ''} ${match[1] ?? ''}`);
  }
  return filters;
}
