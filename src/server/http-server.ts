import { type FastifyInstance, fastify } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Health, HealthReport } from '../telemetry/health.ts';
import type { MetricsRegistry } from '../telemetry/metrics.ts';
import { EventLoopWatch } from './event-loop.ts';
import type { ListenAddress } from './listen-address.ts';
import { ListenError } from './listen-error.ts';
import { registerProbes } from './probes.ts';
import { removeStaleSocket } from './stale-socket.ts';

export interface HttpServerOptions {
  readonly listen: ListenAddress;
  readonly health: Health;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Further routes. */
  readonly routes?: (app: FastifyInstance) => void;
  /** Milliseconds that requests in progress have to end when the server closes; default 5 s. */
  readonly closeGraceMs?: number;
}

const DEFAULT_CLOSE_GRACE_MS = 5_000;

const ignore = (): void => undefined;

const listen = async (app: FastifyInstance, address: ListenAddress): Promise<ListenAddress> => {
  try {
    if (address.type === 'unix') {
      await removeStaleSocket(address.path);
      await app.listen({ path: address.path });
      return address;
    }
    await app.listen({ host: address.host, port: address.port });
    const bound = app.server.address();
    return typeof bound === 'object' && bound !== null ? { ...address, port: bound.port } : address;
  } catch (cause) {
    await app.close();
    throw new ListenError(address, cause);
  }
};

/** Probes and metrics over HTTP; listens from `start` until `close`. */
export class HttpServer {
  /** Where it really listens: with port 0 the port that the system chose. */
  readonly address: ListenAddress;
  readonly #app: FastifyInstance;
  readonly #watch: EventLoopWatch;
  readonly #clock: Clock;
  readonly #closeGraceMs: number;

  private constructor(
    app: FastifyInstance,
    address: ListenAddress,
    watch: EventLoopWatch,
    options: HttpServerOptions,
  ) {
    this.#app = app;
    this.address = address;
    this.#watch = watch;
    this.#clock = options.clock;
    this.#closeGraceMs = options.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS;
  }

  /** @throws ListenError when the address cannot be had. */
  static async start(options: HttpServerOptions): Promise<HttpServer> {
    const { health, metrics, logger } = options;
    const app = fastify({ logger: false, forceCloseConnections: 'idle' });
    app.setErrorHandler((error, request, reply) => {
      logger.error({ err: error, method: request.method, url: request.url }, 'HTTP request failed');
      return reply.code(500).type('text/plain; charset=utf-8').send('internal error; the log says more\n');
    });
    const watch = new EventLoopWatch();
    const alive = (): HealthReport => {
      const check = watch.report();
      return { ok: check.ok, checks: [check] };
    };
    registerProbes(app, { alive, ready: () => health.report() });
    app.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
    options.routes?.(app);
    try {
      return new HttpServer(app, await listen(app, options.listen), watch, options);
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  /** Takes no more connections, lets requests in progress end within the grace, then cuts what is left. */
  async close(): Promise<void> {
    this.#watch.close();
    const closed = this.#app.close();
    const waited = new AbortController();
    const cut = this.#clock
      .delay(this.#closeGraceMs, waited.signal)
      .then(() => this.#app.server.closeAllConnections());
    cut.catch(ignore);
    await closed;
    waited.abort();
  }
}
