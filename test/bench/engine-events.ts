import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';

const eventLine = z.object({
  Type: z.string(),
  Action: z.string(),
  scope: z.string().optional(),
  timeNano: z.number(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
});
export type EngineEvent = z.infer<typeof eventLine>;

/** Tells what one engine says of itself, until the stream is destroyed. Resolves once it listens. */
export async function followEvents(
  docker: Docker,
  filters: Readonly<Record<string, readonly string[]>>,
  told: (event: EngineEvent) => void,
): Promise<Readable> {
  const stream = z.instanceof(Readable).parse(await docker.getEvents({ filters: JSON.stringify(filters) }));
  let rest = '';
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter(Boolean)) told(eventLine.parse(JSON.parse(line)));
  });
  return stream;
}
