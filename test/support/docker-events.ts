import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import type { Lab } from '../../deploy/lab/lab.ts';
import { within } from '../../deploy/lab/wait.ts';

const eventLine = z.object({
  Type: z.string(),
  Action: z.string(),
  scope: z.string().optional(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
});

export interface DockerEvent {
  readonly node: string;
  /** Such as `container start`, `network connect`, `service create`. */
  readonly what: string;
  readonly name: string;
}

/** What the engine answers with; its type does not say that it can be closed. */
type EventStream = NodeJS.ReadableStream & { destroy(): void };

/** Volumes of this name are made and removed to see how far the events have come. */
const MARKER = 'hinge-event-marker';

/**
 * What happens in all engines, as they tell it themselves: how the tests count writes to Docker. What concerns the Swarm as a whole is told by
 * every manager, and counted once.
 */
export class DockerEvents {
  readonly events: DockerEvent[] = [];
  readonly #lab: Lab;
  readonly #streams: readonly EventStream[];
  readonly #news = new EventEmitter();
  #markers = 0;

  private constructor(lab: Lab, streams: ReadonlyMap<string, EventStream>) {
    this.#lab = lab;
    this.#streams = [...streams.values()];
    this.#news.setMaxListeners(0);
    for (const [node, stream] of streams) {
      let rest = '';
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') this.#take(node, JSON.parse(line));
      });
    }
  }

  static async open(lab: Lab): Promise<DockerEvents> {
    const streams = await Promise.all(
      lab.nodes.map(async (node) => {
        const stream = await within(10_000, `${node.name}: events`, node.docker.getEvents());
        return [node.name, stream as EventStream] as const;
      }),
    );
    return new DockerEvents(lab, new Map(streams));
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** How many events there were until now: everything that has happened before is among them. */
  async mark(): Promise<number> {
    this.#markers += 1;
    const name = `${MARKER}-${String(this.#markers)}`;
    const seen = this.#lab.nodes.map((node) => once(this.#news, `${node.name} ${name}`));
    await within(
      15_000,
      'marking the events',
      Promise.all(
        this.#lab.nodes.map(async ({ docker }) => {
          await docker.createVolume({ Name: name });
          await docker.getVolume(name).remove();
        }),
      ),
    );
    await within(15_000, 'events of the marker', Promise.all(seen));
    return this.events.length;
  }

  /** What changed in Docker since a mark, one line each. Running a command in a container (the helper's agent) changes nothing. */
  async writesSince(mark: number): Promise<readonly string[]> {
    const end = await this.mark();
    return this.events
      .slice(mark, end)
      .filter(({ what }) => !what.startsWith('container exec_'))
      .map(({ node, what, name }) => `${what} ${name} on ${node}`);
  }

  /** Waits until so many events of these kinds were seen since a mark. @returns false if `until` came first */
  async reached(
    count: number,
    whats: readonly string[],
    mark: number,
    until: Promise<unknown>,
  ): Promise<boolean> {
    const seen = (): number => this.events.slice(mark).filter(({ what }) => whats.includes(what)).length;
    const done = new AbortController();
    const end = until.finally(() => done.abort());
    while (seen() < count && !done.signal.aborted) await Promise.race([once(this.#news, 'event'), end]);
    return !done.signal.aborted;
  }

  #take(node: string, line: unknown): void {
    const { Type, Action, scope, Actor } = eventLine.parse(line);
    const name = Actor.Attributes['name'] ?? Actor.ID;
    if (Actor.ID.startsWith(MARKER)) {
      if (Action === 'create') this.#news.emit(`${node} ${Actor.ID}`);
      return;
    }
    if (scope === 'swarm' && node !== this.#lab.nodes[0]?.name) return;
    this.events.push({ node: scope === 'swarm' ? 'the Swarm' : node, what: `${Type} ${Action}`, name });
    this.#news.emit('event');
  }
}
