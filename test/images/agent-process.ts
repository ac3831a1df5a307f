import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

const AGENT = join(import.meta.dirname, '../../deploy/images/helper/files/usr/local/lib/hinge-agent');

const greeting = z.object({
  agent: z.literal('hinge-agent'),
  protocol: z.literal(1),
  concurrency: z.number(),
});

/** A reply as PROTOCOL.md describes it; strict, so that what is not described there fails a test. */
const replySchema = z.strictObject({
  id: z.string().nullable(),
  exitCode: z.number().nullable().optional(),
  signal: z.string().optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
  truncated: z.literal(true).optional(),
  timedOut: z.literal(true).optional(),
  cancelled: z.literal(true).optional(),
  targetGone: z.literal(true).optional(),
  durationMs: z.number().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
});

export type Reply = z.infer<typeof replySchema>;

/** A real agent, on this machine instead of in a helper container, and a client for it. */
export class AgentProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<string | null, (reply: Reply) => void>();
  readonly #exit: Promise<unknown[]>;
  readonly replies: Reply[] = [];
  readonly greeting: Promise<z.infer<typeof greeting>>;
  #next = 1;

  constructor() {
    this.#child = spawn('/usr/bin/python3', ['-BIS', AGENT], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exit = once(this.#child, 'exit');
    const lines = createInterface(this.#child.stdout);
    this.greeting = once(lines, 'line').then(([line]) => greeting.parse(JSON.parse(String(line))));
    void this.greeting.then(() => lines.on('line', (line) => this.#receive(line)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends a request, with an id if it has none, and returns its reply. */
  async run(request: Readonly<Record<string, unknown>>): Promise<Reply> {
    const id = typeof request['id'] === 'string' ? request['id'] : `request-${this.#next++}`;
    return this.sendText(JSON.stringify({ ...request, id }), id);
  }

  /** Sends any text as a line; the reply is the one with this id. */
  async sendText(text: string, id: string | null): Promise<Reply> {
    await this.greeting;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin.write(`${text}\n`);
    });
  }

  async cancel(id: string): Promise<void> {
    await this.greeting;
    this.#child.stdin.write(`${JSON.stringify({ cancel: id })}\n`);
  }

  /** Closes the agent's stdin and waits for its end. */
  async close(): Promise<number | null> {
    this.#child.stdin.end();
    const [code] = await this.#exit;
    return typeof code === 'number' ? code : null;
  }

  #receive(line: string): void {
    const reply = replySchema.parse(JSON.parse(line));
    this.replies.push(reply);
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }
}
