import { shellOf } from '../../core/plan/platforms.ts';
import { terminalType } from '../config.ts';
import { Exit } from '../exit.ts';
import type { Session } from '../session.ts';
import { placeOf, routerOf } from '../testbed.ts';

/** Runs a command in a router's container, and hands on everything: input, output, size, and the exit code. */
export async function openConsole(session: Session, router: string, words: readonly string[]): Promise<void> {
  const { terminal, output } = session;
  const exitCode = await session.withTestbed(async (open) => {
    const workload = routerOf(open, router);
    const place = placeOf(open, workload.key);
    const { size } = terminal;
    const process = await open.live.start(place, {
      namespaces: 'all',
      argv: words.length > 0 ? words : shellOf(place.platform),
      ...(size !== undefined && { terminal: { type: terminalType(), ...size } }),
      receive: async (stream, bytes) => {
        const heard = stream === 'stdout' ? await output.write(bytes) : await output.writeAside(bytes);
        // Whoever closes the pipe early has what they wanted.
        if (!heard) throw new Exit(0);
      },
    });
    const disconnect = terminal.connect(process);
    try {
      return await process.exitCode;
    } finally {
      disconnect();
    }
  });
  if (exitCode !== 0) throw new Exit(exitCode);
}
