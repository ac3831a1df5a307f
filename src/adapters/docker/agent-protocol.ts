import { z } from 'zod';

/** The helper agent's protocol, version 1, as deploy/images/helper/PROTOCOL.md defines it: one JSON object per line. */
export const PROTOCOL = 1;

export const greeting = z.object({
  agent: z.literal('hinge-agent'),
  protocol: z.number(),
  concurrency: z.number().int().positive(),
});

export interface AgentRequest {
  readonly argv: readonly string[];
  readonly namespaces: readonly ('net' | 'mount' | 'pid' | 'uts' | 'ipc')[];
  readonly container: string;
  readonly pid: number;
  readonly stdin?: string;
  readonly timeoutMs: number;
  readonly maxOutput: number;
}

/** The command ran. */
const ran = z.object({
  id: z.string(),
  exitCode: z.number().nullable(),
  signal: z.string().optional(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean().optional(),
  timedOut: z.boolean().optional(),
  targetGone: z.boolean().optional(),
});

/** The command did not run. The id is null when the agent could not even read that. */
const refused = z.object({
  id: z.string().nullable(),
  error: z.enum(['stale-pid', 'host-namespace', 'bad-request', 'spawn-failed', 'cancelled']),
  message: z.string(),
});

export const agentReply = z.union([ran, refused]);
export type AgentReply = z.infer<typeof agentReply>;
