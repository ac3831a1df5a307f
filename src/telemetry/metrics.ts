import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metrics, ReconcileMetrics, WorkqueueMetrics } from '../ports/metrics.ts';
import { Instruments } from './instruments.ts';

/** Upper bounds in seconds: from a look at memory to a reconcile that waits for containers. */
const WORK_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];

/** Calls to an engine: an inspect takes milliseconds, a network onto a node up to seconds, a hanging engine its bound. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** From a change to Ready: a new container needs seconds, a chain of 23 routers tens of them. */
const CONVERGE_BUCKETS = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600];

const workqueueMetrics = (make: Instruments): WorkqueueMetrics => ({
  depth: make.trackedGauge('workqueue_depth', 'Current depth of workqueue', ['name']),
  adds: make.counter('workqueue_adds_total', 'Total number of adds handled by workqueue', ['name']),
  queueDuration: make.histogram(
    'workqueue_queue_duration_seconds',
    'How long in seconds a key stays in workqueue before its run starts',
    ['name'],
    WORK_BUCKETS,
  ),
  workDuration: make.histogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing a key from workqueue takes',
    ['name'],
    WORK_BUCKETS,
  ),
  retries: make.counter('workqueue_retries_total', 'Total number of retries handled by workqueue', ['name']),
  unfinishedWork: make.trackedGauge(
    'workqueue_unfinished_work_seconds',
    'Seconds of work in progress that work_duration has not observed yet; grows steadily when a run is stuck',
    ['name'],
  ),
  longestRunning: make.trackedGauge(
    'workqueue_longest_running_processor_seconds',
    'How many seconds the longest running processor for workqueue has been running',
    ['name'],
  ),
});

const reconcileMetrics = (make: Instruments): ReconcileMetrics => ({
  total: make.counter(
    'controller_runtime_reconcile_total',
    'Total number of reconciliations per controller',
    ['controller', 'result'],
  ),
  errors: make.counter(
    'controller_runtime_reconcile_errors_total',
    'Total number of reconciliation errors per controller',
    ['controller'],
  ),
  time: make.histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of time per reconciliation per controller',
    ['controller'],
    WORK_BUCKETS,
  ),
  maxConcurrent: make.gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Maximum number of concurrent reconciles per controller',
    ['controller'],
  ),
  activeWorkers: make.trackedGauge(
    'controller_runtime_active_workers',
    'Number of currently used workers per controller',
    ['controller'],
  ),
});

const hingeMetrics = (make: Instruments): Omit<Metrics, 'workqueue' | 'reconcile'> => ({
  leader: make.gauge('hinge_leader', 'Whether this operator leads (1) or stands by (0)'),
  frozen: make.gauge(
    'hinge_frozen',
    'Whether this operator leads and changes nothing, since it does not trust the store (1) or not (0)',
    ['reason'],
  ),
  deletionsHeld: make.gauge(
    'hinge_deletions_held',
    'Objects whose keys were deleted and which stay until somebody confirms it',
  ),
  objects: make.gauge('hinge_objects', 'Objects by kind and by the status of their Ready condition', [
    'kind',
    'ready',
  ]),
  bgpSessions: make.gauge('hinge_bgp_sessions', 'BGP sessions of a router by state', ['router', 'state']),
  bgpPrefixesReceived: make.gauge(
    'hinge_bgp_prefixes_received',
    'Prefixes that a router received from a peer',
    ['router', 'peer'],
  ),
  converge: make.histogram(
    'hinge_converge_seconds',
    'From the moment a change of an object is seen until the object is Ready',
    ['kind'],
    CONVERGE_BUCKETS,
  ),
  dockerRequests: make.counter('hinge_docker_requests_total', 'Calls to Docker engines', [
    'node',
    'call',
    'outcome',
  ]),
  dockerDuration: make.histogram(
    'hinge_docker_request_duration_seconds',
    'Duration of calls to Docker engines',
    ['node', 'call'],
    CALL_BUCKETS,
  ),
  etcdRequests: make.counter('hinge_etcd_requests_total', 'Calls to etcd', ['call', 'outcome']),
  actions: make.counter('hinge_actions_total', 'Actions taken to bring about what is desired', [
    'type',
    'outcome',
  ]),
  pathProven: make.gauge(
    'hinge_path_proven',
    'Whether packets were last seen to take the Path (1) or not (0)',
    ['path'],
  ),
  proofs: make.counter(
    'hinge_proofs_total',
    'Times that packets were sent to see which way they take, by what was seen',
    ['probe', 'result'],
  ),
  rtt: make.gauge('hinge_rtt_seconds', 'Last measured round-trip time of a connection', [
    'experiment',
    'connection',
  ]),
  loss: make.gauge(
    'hinge_loss_ratio',
    'Last measured share of packets of a connection that were lost, 0 to 1',
    ['experiment', 'connection'],
  ),
  repairs: make.counter(
    'hinge_repairs_total',
    'Actions that restored what was changed or lost from outside',
    ['type'],
  ),
});

/** All metrics of one operator, on a registry of their own. */
export interface MetricsRegistry {
  readonly metrics: Metrics;
  /** Media type of `text`. */
  readonly contentType: string;
  /** Everything in Prometheus' text format, with the values of this moment. */
  text(): Promise<string>;
}

/** @param options `process: false` leaves out CPU, memory, event loop and garbage collection of this process. */
export const createMetrics = (options: { readonly process?: boolean } = {}): MetricsRegistry => {
  const registry = new Registry();
  const make = new Instruments(registry);
  if (options.process ?? true) collectDefaultMetrics({ register: registry });
  return {
    metrics: {
      ...hingeMetrics(make),
      workqueue: workqueueMetrics(make),
      reconcile: reconcileMetrics(make),
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
};
