import { DockerError } from '../../core/failure.ts';
import type { SeenHop } from '../../core/prove/hops.ts';
import type { HopTracer } from '../../ports/hop-tracer.ts';
import type { LiveCommands } from '../../ports/live-commands.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { parseHop, traceCommand } from './traceroute.ts';

/** The same traceroute as the operator's, read line by line. */
export class LiveTracer implements HopTracer {
  readonly #live: LiveCommands;

  constructor(live: LiveCommands) {
    this.#live = live;
  }

  async trace(
    target: ConsoleTarget,
    to: Parameters<HopTracer['trace']>[1],
    tell: (hop: SeenHop) => void,
  ): Promise<void> {
    const text = { stdout: '', stderr: '' };
    const argv = traceCommand(to);
    const process = await this.#live.start(target, {
      namespaces: 'net',
      argv,
      receive: (stream, bytes) => {
        const lines = (text[stream] + Buffer.from(bytes).toString()).split('\n');
        if (stream === 'stderr') {
          text.stderr = lines.join('\n');
          return;
        }
        text.stdout = lines.pop() ?? '';
        for (const hop of lines.flatMap((line) => parseHop(line) ?? [])) tell(hop);
      },
    });
    process.endInput();
    const exitCode = await process.exitCode;
    if (exitCode === 0) return;
    const said = text.stderr.trim().slice(0, 500);
    throw new DockerError(
      'rejected',
      `\`${argv.join(' ')}\` on ${target.node} exited with ${String(exitCode)}: ${said}`,
    );
  }
}
