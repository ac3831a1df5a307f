import { z } from 'zod';
import type { Trace, TraceHop } from '../../core/diff/observed-router.ts';
import type { HostConsole } from '../../ports/host-console.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { outputOf, runIn } from './run-in.ts';
import { parseHop, seconds, traceCommand } from './traceroute.ts';

const TRACE_TIMEOUT_MS = 20_000;
const ROUTE_TIMEOUT_MS = 5_000;

const Routes = z.array(z.object({ dst: z.string(), gateway: z.string().optional() }));

/** Host networking through the node helper with iproute2 and traceroute of the helper's own image. */
export class NamespaceHostConsole implements HostConsole {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async setDefaultRoute(target: ConsoleTarget, gateway: string): Promise<void> {
    const argv = ['ip', 'route', 'replace', 'default', 'via', gateway];
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

  async trace(target: ConsoleTarget, address: string, maxHops: number, addedMs: number): Promise<Trace> {
    const text = await this.#net(target, traceCommand(address, maxHops, addedMs), TRACE_TIMEOUT_MS + addedMs);
    return parseTrace(text, address);
  }

  async #net(target: ConsoleTarget, argv: readonly string[], timeoutMs: number): Promise<string> {
    return outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs });
  }
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
