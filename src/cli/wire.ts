import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FleetSettings } from '../adapters/docker/fleet.ts';
import { EtcdClient } from '../adapters/etcd/client.ts';
import { EtcdElection } from '../adapters/etcd/election.ts';
import type { EtcdOptions } from '../adapters/etcd/options.ts';
import { EtcdStore } from '../adapters/etcd/store.ts';
import { NamespaceHostConsole } from '../adapters/router/host-console.ts';
import { NamespaceDeviceConsole } from '../adapters/router/device-console.ts';
import { NamespaceLinkConsole } from '../adapters/router/link-console.ts';
import { PlatformConsole } from '../adapters/router/platform-console.ts';
import { NamespaceSegmentConsole } from '../adapters/router/segment-console.ts';
import { Keys } from '../api/keys.ts';
import { watchHealth } from '../controllers/health.ts';
import { operate } from '../controllers/operator.ts';
import type { OperatorDeps } from '../controllers/term.ts';
import type { Logger } from '../ports/logger.ts';
import { Leadership } from '../runtime/leadership.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import { HttpServer } from '../server/http-server.ts';
import { type ListenAddress, listenAddressText } from '../server/listen-address.ts';
import { Health } from '../telemetry/health.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { openFleet } from './wire-fleet.ts';

/** What an operator needs to know. */
export interface OperatorSettings extends Pick<
  OperatorDeps,
  | 'plan'
  | 'helperImage'
  | 'resyncMs'
  | 'proofIntervalMs'
  | 'concurrency'
  | 'eventTtlSeconds'
  | 'deletionShare'
> {
  readonly prefix: string;
  readonly etcd: EtcdOptions;
  readonly docker: Omit<FleetSettings, 'prefix' | 'helper' | 'observe' | 'mayChange'>;
  readonly listen: ListenAddress;
  readonly leaseTtlSeconds: number;
}

/** Running reconciles have 5 s to end, then leadership is handed over. */
const STOP_BOUND_MS = 20_000;

/** Builds the operator and starts it; everything opened is released by the lifecycle. Resolves when it has stopped. */
export async function runOperator(
  settings: OperatorSettings,
  lifecycle: Lifecycle,
  logger: Logger,
): Promise<void> {
  const clock = new SystemClock();
  const keys = new Keys(settings.prefix);
  const health = new Health(clock);
  const registry = createMetrics();
  const { metrics } = registry;

  const client = new EtcdClient(settings.etcd, {
    clock,
    log: logger,
    observe: (call, outcome) => {
      metrics.etcdRequests.increment({ call, outcome });
    },
  });
  const store = new EtcdStore(client, logger);
  lifecycle.register('etcd', () => store.close());

  const leadership = new Leadership(
    new EtcdElection(
      client,
      {
        key: keys.leader,
        identity: `${hostname()}-${String(process.pid)}`,
        ttlSeconds: settings.leaseTtlSeconds,
      },
      logger,
    ),
  );
  const fleet = openFleet(
    {
      ...settings.docker,
      prefix: keys.prefix,
      observe: (node, call, seconds, outcome) => {
        metrics.dockerRequests.increment({ node, call, outcome });
        metrics.dockerDuration.observe({ node, call }, seconds);
      },
      mayChange: () => leadership.assert(),
    },
    { clock, logger },
  );
  lifecycle.register('docker', () => fleet.close());

  const server = await HttpServer.start({
    listen: settings.listen,
    health,
    metrics: registry,
    logger,
    clock,
  });
  lifecycle.register('http', () => server.close());
  logger.info({ address: listenAddressText(server.address) }, 'serving probes and metrics');

  const deps: OperatorDeps = {
    ...settings,
    keys,
    store,
    swarm: fleet.swarm,
    fleet,
    routers: new PlatformConsole(fleet),
    hosts: new NamespaceHostConsole(fleet),
    links: new NamespaceLinkConsole(fleet),
    segments: new NamespaceSegmentConsole(fleet),
    devices: new NamespaceDeviceConsole(fleet),
    clock,
    random: Math.random,
    uuid: randomUUID,
    logger,
    metrics,
  };
  const stop = new AbortController();
  const work = Promise.all([
    operate(deps, leadership, stop.signal),
    watchHealth(
      {
        store,
        swarm: fleet.swarm,
        clock,
        etcdCheck: health.register('etcd'),
        swarmCheck: health.register('swarm'),
        key: keys.cluster,
      },
      stop.signal,
    ),
  ]);
  lifecycle.register(
    'operator',
    async () => {
      stop.abort();
      await work;
    },
    STOP_BOUND_MS,
  );
  await work;
}
