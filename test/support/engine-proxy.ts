import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';

/**
 * What becomes of calls: they pass; each answer waits `delayMs`; each answer is cut in its middle; streams of events are open and never say
 * anything; or nobody is there.
 */
export type ProxyMode = 'open' | 'slow' | 'cutting' | 'eventless' | 'refusing';

/** The socket of a real engine as a bad network or a sick host makes it. */
export class EngineProxy {
  /** Path of the socket to use instead of the engine's own. */
  readonly socket: string;
  readonly #engine: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #connections = new Set<Duplex>();
  readonly #delayed = new Set<() => void>();
  readonly #agent = new Agent({ keepAlive: false });
  #mode: ProxyMode = 'open';
  /** Calls that came while it was not open: proof that the fault met somebody. */
  met = 0;
  /** Of `slow`, in ms. */
  delayMs = 60_000;
  /** What becomes of the body of a call that creates a container; undefined: it passes as it is. */
  creating: ((body: object) => object) | undefined;

  private constructor(engine: string, directory: string) {
    this.#engine = engine;
    this.#directory = directory;
    this.socket = path.join(directory, 'docker.sock');
    this.#server = createServer((incoming, response) => this.#pass(incoming, response));
    // As an engine: it never ends a connection that is idle.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) =>
      this.#upgrade(incoming, client, head),
    );
    this.#server.on('connection', (socket) => {
      if (this.#mode === 'refusing') socket.destroy();
      else this.#track(socket);
    });
  }

  /** @param engine path of the engine's own socket */
  static async before(engine: string): Promise<EngineProxy> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-proxy-'));
    const proxy = new EngineProxy(engine, directory);
    proxy.#server.listen(proxy.socket);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** From now on; connections made before are cut, so that none goes on as it was. */
  become(mode: ProxyMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.met = 0;
    this.#cut();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#cut();
    await closed;
    await rm(this.#directory, { recursive: true, force: true });
  }

  #cut(): void {
    for (const release of this.#delayed) release();
    for (const socket of this.#connections) socket.destroy();
    this.#connections.clear();
  }

  #track(socket: Duplex): void {
    this.#connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const mode = this.#mode;
    if (mode !== 'open' && mode !== 'eventless') this.met += 1;
    const { method, headers, url: where = '' } = incoming;
    const outgoing = request({
      socketPath: this.#engine,
      agent: this.#agent,
      method,
      path: where,
      headers: { ...headers, connection: 'close' },
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    response.on('error', () => outgoing.destroy());
    outgoing.on('response', (answer) => {
      answer.on('error', () => response.destroy());
      const send = (): void => {
        this.#send(mode, where, answer, response);
      };
      if (mode === 'slow') this.#later(send, response);
      else send();
    });
    const { creating } = this;
    if (creating === undefined || !/\/containers\/create(\?|$)/.test(where)) incoming.pipe(outgoing);
    else
      void json(incoming).then((body) => {
        const text = JSON.stringify(creating(body as object));
        outgoing.setHeader('content-length', Buffer.byteLength(text));
        outgoing.end(text);
      });
  }

  #send(mode: ProxyMode, where: string, answer: IncomingMessage, response: ServerResponse): void {
    const headers = { ...answer.headers };
    delete headers.connection;
    response.writeHead(answer.statusCode ?? 500, headers);
    response.flushHeaders();
    if (mode === 'eventless' && /\/events(\?|$)/.test(where)) {
      this.met += 1;
      answer.resume();
    } else if (mode === 'cutting') {
      answer.once('data', (chunk: Buffer) => {
        response.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => response.destroy());
      });
      answer.once('end', () => response.destroy());
    } else {
      answer.pipe(response);
    }
  }

  #later(send: () => void, response: ServerResponse): void {
    const release = (): void => {
      clearTimeout(timer);
      this.#delayed.delete(release);
    };
    const timer = setTimeout(() => {
      release();
      send();
    }, this.delayMs);
    this.#delayed.add(release);
    response.on('close', release);
  }

  /** Streams both ways, such as those of commands that run in containers. */
  #upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    if (this.#mode !== 'open' && this.#mode !== 'eventless') {
      this.met += 1;
      client.destroy();
      return;
    }
    const engine = connect(this.#engine);
    this.#track(engine);
    const { method = '', url: where = '', rawHeaders } = incoming;
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
    );
    engine.write([`${method} ${where} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    engine.write(head);
    engine.pipe(client);
    client.pipe(engine);
    // What it has said is handed on first: a refusal ends the connection.
    engine.on('close', () => client.end());
    client.on('close', () => engine.destroy());
  }
}
