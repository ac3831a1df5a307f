import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A TCP connection as networks make it: it can be refused, go silent in both directions, or lose only the
 * answers.
 */
export class TcpProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Connections that clients have made so far. */
  accepted = 0;
  #mode: 'open' | 'silent' | 'deaf' = 'open';

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param target URL of what is behind it. Ends with `refuse()`. */
  static async start(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** As `start()`; ends with the test. */
  static async before(target: string): Promise<TcpProxy> {
    const proxy = await TcpProxy.start(target);
    onTestFinished(() => proxy.refuse());
    return proxy;
  }

  get endpoint(): string {
    return `${this.#target.protocol}//127.0.0.1:${this.#port}`;
  }

  #knownPort = 0;
  get #port(): number {
    const address = this.#server.address() as AddressInfo | null;
    this.#knownPort = address?.port ?? this.#knownPort;
    return this.#knownPort;
  }

  /** Connections stay, new ones are accepted, and nothing passes. */
  silence(): void {
    this.#mode = 'silent';
  }

  /** What the client sends arrives; the answers do not. */
  loseAnswers(): void {
    this.#mode = 'deaf';
  }

  /** Cuts every connection and refuses new ones. */
  async refuse(): Promise<void> {
    this.cut();
    if (this.#port === 0 || !this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Everything passes again. What was lost stays lost: the old connections are cut. */
  async open(): Promise<void> {
    this.#mode = 'open';
    this.cut();
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    const server = connect(Number(this.#target.port), this.#target.hostname);
    this.#pairs.add([client, server]);
    client.on('data', (bytes) => this.#mode !== 'silent' && server.write(bytes));
    server.on('data', (bytes) => this.#mode === 'open' && client.write(bytes));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  }
}
