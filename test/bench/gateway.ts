import { z } from 'zod';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

/** The first key after all that begin with `prefix`. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

const rangeOf = (prefix: string) => ({ key: base64(prefix), range_end: base64(endOf(prefix)) });

const header = z.object({ header: z.object({ revision: z.string() }) });
const counted = z.object({ count: z.string().default('0') });
const watched = z.object({
  result: z.object({
    events: z
      .array(z.object({ kv: z.object({ key: z.string(), value: z.string().default('') }) }))
      .default([]),
  }),
});

/** etcd over HTTP: a write costs no process, which a benchmark would measure too. */
export class Gateway {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async put(key: string, value: string): Promise<void> {
    await this.#post('kv/put', { key: base64(key), value: base64(value) });
  }

  async deletePrefix(prefix: string): Promise<void> {
    await this.#post('kv/deleterange', rangeOf(prefix));
  }

  async count(prefix: string): Promise<number> {
    const reply = await this.#post('kv/range', { ...rangeOf(prefix), count_only: true });
    return Number(counted.parse(await reply.json()).count);
  }

  /** How many transactions there were that wrote something, of anybody, since etcd began. */
  async revision(): Promise<number> {
    const reply = await this.#post('kv/range', { key: base64('/'), count_only: true });
    return Number(header.parse(await reply.json()).header.revision);
  }

  /** Tells every key that is written below a prefix from now on, until the signal. Resolves once etcd listens. */
  async watch(
    prefix: string,
    signal: AbortSignal,
    changed: (key: string, value: string) => void,
  ): Promise<void> {
    const reply = await this.#post('watch', { create_request: rangeOf(prefix) }, signal);
    if (reply.body === null) throw new Error('etcd answered a watch without a body');
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = (await reader.read()).value ?? '';
    const follow = async (): Promise<void> => {
      for (let done = false; !done;) {
        const next = await reader.read();
        done = next.done;
        const lines = (rest + (next.value ?? '')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines.filter(Boolean))
          for (const { kv } of watched.parse(JSON.parse(line)).result.events)
            changed(text(kv.key), text(kv.value));
      }
    };
    void follow().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #post(call: string, body: object, signal = AbortSignal.timeout(10_000)): Promise<Response> {
    const reply = await fetch(`${this.#endpoint}/v3/${call}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal,
    });
    if (!reply.ok) throw new Error(`etcd: ${call}: ${String(reply.status)} ${await reply.text()}`);
    if (call !== 'watch' && call !== 'kv/range') await reply.text();
    return reply;
  }
}
