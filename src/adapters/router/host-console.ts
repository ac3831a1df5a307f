import { z } from 'zod';
import type { Trace, TraceHop } from '../../core/diff/observed-router.ts';
import type { Echoes } from '../../core/prove/verdict.ts';
import { PROTOCOL } from '../../core/render/segments.ts';
import type { HostConsole, HostRouting, Packet, SpentPacket, TracedTo } from '../../ports/host-console.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { outputOf, runIn } from './run-in.ts';
import { parseHop, seconds, traceCommand } from './traceroute.ts';

const TRACE_TIMEOUT_MS = 20_000;
const ROUTE_TIMEOUT_MS = 5_000;

const Routes = z.array(z.object({ dst: z.string(), gateway: z.string().optional() }));

/**
 * Arguments: gateway, the host's own address, its further addresses, destinations of routes, lines for `ip -batch` that make these. What is hinge's
 * and not among them goes; it is known by the label of an address, and by the protocol of a route.
 */
const ROUTE = `
ip route replace default via "$1"
device=$(ip -oneline -4 address show | sed -n "s|^[0-9]*: *\\([^ ]*\\) *inet $2/.*|\\1|p" | head -n 1)
mine=$(ip -oneline -4 address show label '*:hinge' | sed 's|.* inet \\([0-9.]*\\).*|\\1|')
for address in $mine; do
  case " $3 " in *" $address "*) ;; *) ip address del "$address/32" dev "$device" ;; esac
done
for address in $3; do
  ip address replace "$address/32" dev "$device" label "$device:hinge"
done
for destination in $(ip -4 route show protocol ${PROTOCOL} | sed 's/ .*//'); do
  case " $4 " in *" $destination "*) ;; *) ip route del "$destination" protocol ${PROTOCOL} ;; esac
done
printf '%s' "$5" | ip -batch -`;

/** Arguments: from, to, type of service, number of the protocol, from port, to port, seconds to wait. One hop is left to a packet when it leaves the tunnel. */
const SPEND = `
import socket, struct, sys, time
source, to = map(socket.inet_aton, sys.argv[1:3])
tos, protocol, fromPort, toPort = map(int, sys.argv[3:7])
ports = struct.pack('!HH', fromPort, toPort)
rest = struct.pack('!HH', 8, 0) if protocol == 17 else struct.pack('!LLBBHHH', 1, 0, 80, 2, 1024, 0, 0)
header = struct.pack('!BBHHHBBH4s4s', 69, tos, 0, 0, 0, 1, protocol, 0, source, to)
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
    for _ in range(3):
        raw.sendto(header + ports + rest, (sys.argv[2], 0))
        time.sleep(0.05)
time.sleep(float(sys.argv[7]))`;

/** A port that nobody listens on, where none is looked for. */
const ANY_PORT = 49_151;
const PROTOCOLS = { tcp: 6, udp: 17 } as const;

const serviceType = (dscp: number | undefined): string => String((dscp ?? 0) * 4);

/** Host networking through the node helper with iproute2 and traceroute of the helper's own image. */
export class NamespaceHostConsole implements HostConsole {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async route(target: ConsoleTarget, { gateway, address, addresses, routes }: HostRouting): Promise<void> {
    const lines = routes.map(
      ({ to, source, mtu }) =>
        `route replace ${to}/32 via ${gateway} protocol ${PROTOCOL}${source === undefined ? '' : ` src ${source}`}${mtu === undefined ? '' : ` mtu ${String(mtu)}`}\n`,
    );
    const destinations = routes.map(({ to }) => to).join(' ');
    const words = [gateway, address, addresses.join(' '), destinations, lines.join('')];
    const argv = ['sh', '-euc', ROUTE, 'sh', ...words];
    const command = { namespaces: 'net', argv, timeoutMs: ROUTE_TIMEOUT_MS, changes: true } as const;
    await outputOf(this.#fleet, target, command);
  }

  async defaultRoutes(target: ConsoleTarget): Promise<readonly string[]> {
    const text = await this.#net(target, ['ip', '-json', 'route', 'show', 'default'], ROUTE_TIMEOUT_MS);
    return Routes.parse(JSON.parse(text || '[]')).map((route) => route.gateway ?? 'none');
  }

  async reaches(target: ConsoleTarget, address: string, addedMs: number): Promise<boolean> {
    // With a deadline, -c counts answers: a packet goes out every 0.2 s until one comes.
    const argv = ['ping', '-n', '-q', '-i', '0.2', '-c', '1', '-w', String(2 + seconds(addedMs)), address];
    const { exitCode } = await runIn(this.#fleet, target, {
      namespaces: 'net',
      argv,
      timeoutMs: ROUTE_TIMEOUT_MS + addedMs,
    });
    return exitCode === 0;
  }

  async echo(target: ConsoleTarget, { from, to, dscp }: Packet, addedMs: number): Promise<Echoes> {
    const options = ['-n', '-q', '-i', '0.05', '-c', '10', '-W', String(1 + seconds(addedMs))];
    const source = from === undefined ? [] : ['-I', from];
    const argv = ['ping', ...options, ...source, '-Q', serviceType(dscp), to];
    const timeoutMs = ROUTE_TIMEOUT_MS + addedMs;
    return parseEchoes((await runIn(this.#fleet, target, { namespaces: 'net', argv, timeoutMs })).stdout);
  }

  async spend(target: ConsoleTarget, packet: SpentPacket, addedMs: number): Promise<void> {
    const { from, to, dscp, protocol, fromPort = ANY_PORT, toPort = ANY_PORT } = packet;
    const numbers = [serviceType(dscp), PROTOCOLS[protocol], fromPort, toPort, addedMs / 1000].map(String);
    await this.#net(target, ['python3', '-c', SPEND, from, to, ...numbers], ROUTE_TIMEOUT_MS + addedMs);
  }

  async trace(target: ConsoleTarget, to: TracedTo): Promise<Trace> {
    const text = await this.#net(target, traceCommand(to), TRACE_TIMEOUT_MS + to.addedMs);
    return parseTrace(text, to.address);
  }

  async #net(target: ConsoleTarget, argv: readonly string[], timeoutMs: number): Promise<string> {
    return outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs });
  }
}

/** Reads the summary of ping. */
export function parseEchoes(text: string): Echoes {
  const [, sent = '0', answered = '0'] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
  const [, average] = /^rtt [^=]*= [\d.]+\/([\d.]+)\//m.exec(text) ?? [];
  return {
    sent: Number(sent),
    answered: Number(answered),
    rttMs: average === undefined ? undefined : Number(average),
  };
}

/** Reads what traceCommand prints. */
export function parseTrace(text: string, destination: string): Trace {
  const hops: TraceHop[] = [];
  for (const line of text.split('\n')) {
    const hop = parseHop(line);
    if (hop === undefined) continue;
    if (hop.unreachable) break; // what answered is not a forwarding hop
    const { ttl, address, rttMs } = hop;
    hops.push({ ttl, address, rttMs });
  }
  const last = hops.at(-1);
  const reached = last?.address === destination;
  while (!reached && hops.length > 0 && hops.at(-1)?.address === undefined) hops.pop();
  return { reached, hops };
}
