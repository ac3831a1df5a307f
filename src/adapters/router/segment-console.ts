import { z } from 'zod';
import type { ObservedSegments, SegmentChange } from '../../core/diff/segments.ts';
import { NFT_TABLE } from '../../core/render/nft.ts';
import { entryTexts, isNextHop, type KernelEntry, PROTOCOL } from '../../core/render/segments.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import type { SegmentConsole } from '../../ports/segment-console.ts';
import { outputOf } from './run-in.ts';

const TIMEOUT_MS = 10_000;

/** Between the parts of what a script prints. */
const MARK = '--- hinge ---';

/** In a namespace that ends with the command: says which of these the kernel, or the image, cannot. That IPv6 can be switched on is part of it. */
const TRY = `
mount -t proc proc /proc
ip link set lo up
ip link add hinge0 type veth peer name hinge1
ip link set hinge0 up
ip link set hinge1 up
try() { what=$1; shift; said=$("$@" 2>&1) || echo "$what: $said"; }
try 'SRv6' sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/seg6_enabled'
try 'SRv6 End' ip -6 route add 5f00::1/128 encap seg6local action End count dev hinge0
try 'SRv6 End.DX4' ip -6 route add 5f00::2/128 encap seg6local action End.DX4 nh4 0.0.0.0 count dev hinge0
try 'SRv6 encapsulation' ip route add default table 1000 encap seg6 mode encap segs 5f00::1 dev hinge0
try 'rules by mark' ip rule add preference 1000 fwmark 1000 lookup 1000 protocol ${PROTOCOL}
try 'nf_tables' nft add table ip hinge '{ chain steer { type filter hook prerouting priority mangle; ip dscp 46 meta l4proto udp th dport { 1-2 } meta mark set 1 accept; }; }'`;

const READ = `
ip -json -6 address show dev lo
echo '${MARK}'
ip sr tunsrc show
echo '${MARK}'
ip -json -stats -6 route show table all protocol ${PROTOCOL}
echo '${MARK}'
ip -json -4 route show table all protocol ${PROTOCOL}
echo '${MARK}'
ip -json -4 -details rule show
echo '${MARK}'
ip -json -6 neigh show nud permanent
echo '${MARK}'
cd /proc/sys/net/ipv6/conf
for device in *; do
  [ "$(cat "$device/disable_ipv6" "$device/seg6_enabled" "$device/forwarding" | tr -d '\\n')" != 011 ] || echo "$device"
done
echo '${MARK}'
nft list table ${NFT_TABLE} 2>/dev/null || :`;

/** Arguments: interfaces; lines for ip that may fail; lines for ip; the tunnels' source; text for nft. The namespace's own /proc/sys: see link-console.ts. */
const CHANGE = `
mount -t proc proc /proc
cd /proc/sys/net/ipv6/conf
for device in all $1; do
  for setting in disable_ipv6=0 seg6_enabled=1 forwarding=1; do
    file=$device/\${setting%=*}
    [ "$(cat "$file")" = "\${setting#*=}" ] || echo "\${setting#*=}" > "$file"
  done
done
printf '%s' "$2" | ip -force -batch - || :
printf '%s' "$3" | ip -batch -
[ -z "$4" ] || ip sr tunsrc set "$4"
[ -z "$5" ] || printf '%s' "$5" | nft -f -
nft list table ${NFT_TABLE} 2>/dev/null || :`;

const Route = z.object({
  dst: z.string().default(''),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  table: z.string().optional(),
  encap: z.string().optional(),
  action: z.string().optional(),
  nh4: z.string().optional(),
  segs: z.array(z.string()).optional(),
  stats64: z.object({ packets: z.number(), errors: z.number() }).optional(),
});
const Routes = z.array(Route);
const Rules = z.array(
  z.object({ fwmark: z.string().optional(), table: z.string().optional(), protocol: z.string().optional() }),
);
const Neighbors = z.array(z.object({ dst: z.string(), dev: z.string(), lladdr: z.string().default('') }));
const Addresses = z.array(
  z.object({ addr_info: z.array(z.object({ local: z.string().optional(), scope: z.string() })).default([]) }),
);

/** iproute2 and nft of the node helper's own image, in the router's network namespace. */
export class NamespaceSegmentConsole implements SegmentConsole {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async lacks(target: ConsoleTarget): Promise<string> {
    const argv = ['unshare', '-n', '-m', 'sh', '-euc', TRY];
    const text = await this.#output(target, argv);
    return text.trim().split('\n').join('; ');
  }

  async read(target: ConsoleTarget): Promise<ObservedSegments> {
    return parseSegments(await this.#output(target, ['sh', '-euc', READ]));
  }

  async change(target: ConsoleTarget, change: SegmentChange): Promise<string> {
    const [remove, put] = [change.remove, change.put].map((lines) =>
      lines.map((line) => `${line}\n`).join(''),
    );
    const words = [change.open.join(' '), remove ?? '', put ?? '', change.source ?? '', change.filter ?? ''];
    const argv = ['unshare', '-m', 'sh', '-euc', CHANGE, 'sh', ...words];
    const command = { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS, changes: true } as const;
    return outputOf(this.#fleet, target, command);
  }

  async counts(target: ConsoleTarget): Promise<ReadonlyMap<string, number>> {
    const text = await this.#output(target, [
      'ip',
      '-json',
      '-stats',
      '-6',
      'route',
      'show',
      'protocol',
      PROTOCOL,
    ]);
    return new Map(
      Routes.parse(JSON.parse(text || '[]')).flatMap(({ dst, stats64 }) =>
        stats64 === undefined ? [] : [[dst, stats64.packets + stats64.errors] as const],
      ),
    );
  }

  #output(target: ConsoleTarget, argv: readonly string[]): Promise<string> {
    return outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS });
  }
}

/** Reads what the script READ prints. */
export function parseSegments(text: string): ObservedSegments {
  const [lo = '', source = '', six = '', four = '', rules = '', neighbors = '', open = '', filter = ''] =
    text.split(`${MARK}\n`);
  const json = (part: string): unknown => JSON.parse(part.trim() || '[]');
  return {
    addresses: Addresses.parse(json(lo)).flatMap(({ addr_info }) =>
      addr_info.flatMap(({ local, scope }) => (local === undefined || scope !== 'global' ? [] : [local])),
    ),
    source: /^tunsrc addr (\S+)/.exec(source)?.[1] ?? '::',
    entries: [
      ...[...Routes.parse(json(six)), ...Routes.parse(json(four))].map(entryOf),
      ...Rules.parse(json(rules)).flatMap(({ fwmark, table, protocol }) =>
        protocol === PROTOCOL ? [entryTexts.rule(String(Number(fwmark)), table ?? '')] : [],
      ),
      ...Neighbors.parse(json(neighbors)).flatMap(({ dst, dev, lladdr }) =>
        isNextHop(dst) ? [entryTexts.neighbor(dst, dev, lladdr)] : [],
      ),
    ],
    open: open.split('\n').filter((device) => device !== ''),
    filter,
  };
}

function entryOf(route: z.infer<typeof Route>): KernelEntry {
  const { dst, gateway = '', dev = '', table, action, nh4 = '0.0.0.0', segs, stats64 } = route;
  if (segs !== undefined) return entryTexts.segments(table ?? '', segs, dev);
  if (action !== undefined) {
    const counts = stats64 !== undefined && nh4 === '0.0.0.0';
    return entryTexts.sid(dst, counts ? action : `other ${action}`, dev);
  }
  return entryTexts.hop(dst, gateway, dev);
}
