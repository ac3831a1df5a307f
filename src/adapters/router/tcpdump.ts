import { z } from 'zod';
import type { LiveCommand, LiveCommands, LiveProcess } from '../../ports/live-commands.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { Capture, PacketCapture } from '../../ports/packet-capture.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { outputOf } from './run-in.ts';

const INTERFACES_TIMEOUT_MS = 5_000;

const Interfaces = z.array(
  z.object({
    ifname: z.string().optional(),
    addr_info: z.array(z.object({ local: z.string().optional() })).default([]),
  }),
);

/** tcpdump of the helper's image, in a workload's network. */
export class Tcpdump implements PacketCapture {
  readonly #fleet: Fleet;
  readonly #live: LiveCommands;

  constructor(fleet: Fleet, live: LiveCommands) {
    this.#fleet = fleet;
    this.#live = live;
  }

  async start(
    target: ConsoleTarget,
    capture: Capture,
    receive: LiveCommand['receive'],
  ): Promise<LiveProcess | undefined> {
    const device = await this.#deviceOf(target, capture.address);
    if (device === undefined) return undefined;
    return this.#live.start(target, { namespaces: 'net', argv: tcpdumpCommand(device, capture), receive });
  }

  /** Names of interfaces are not stable: the address is. */
  async #deviceOf(target: ConsoleTarget, address: string): Promise<string | undefined> {
    const text = await outputOf(this.#fleet, target, {
      namespaces: 'net',
      argv: ['ip', '-json', '-4', 'address', 'show'],
      timeoutMs: INTERFACES_TIMEOUT_MS,
    });
    return Interfaces.parse(JSON.parse(text || '[]')).find(({ addr_info }) =>
      addr_info.some(({ local }) => local === address),
    )?.ifname;
  }
}

/** Each packet is told of at once, and none is held back in a buffer. What the user wrote is a filter, never an option. */
export function tcpdumpCommand(device: string, { pcap, count, filter }: Capture): readonly string[] {
  return [
    ...['tcpdump', '-i', device, '-n', '--immediate-mode'],
    ...(pcap ? ['-U', '-w', '-'] : ['-l']),
    ...(count === undefined ? [] : ['-c', String(count)]),
    '--',
    ...filter,
  ];
}
