/** Label values of one series. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** What a measured object leaves behind when it is gone: every instrument can forget series. */
export interface Forgettable<L extends string> {
  /** Removes all series whose labels match those given; labels left out match anything. */
  forget(labels: Partial<Labels<L>>): void;
}

/** Only goes up. */
export interface Counter<L extends string> extends Forgettable<L> {
  increment(labels: Labels<L>, by?: number): void;
}

export interface Sample<L extends string> {
  readonly labels: Labels<L>;
  readonly value: number;
}

/** A value that is set when it changes. */
export interface Gauge<L extends string> extends Forgettable<L> {
  set(labels: Labels<L>, value: number): void;
  /** Sets `samples` and forgets every other series that matches `scope`: what is not there any more is not shown any more. */
  replace(scope: Partial<Labels<L>>, samples: readonly Sample<L>[]): void;
}

/** A value that is asked for when somebody looks, so that it cannot drift from what it measures. */
export interface TrackedGauge<L extends string> {
  /** A later `track` of the same labels takes over. @returns its release, which removes the series. */
  track(labels: Labels<L>, read: () => number): () => void;
}

/** A distribution, in seconds. */
export interface Histogram<L extends string> extends Forgettable<L> {
  observe(labels: Labels<L>, seconds: number): void;
}

/** Names and meanings are client-go's, so that existing dashboards and alerts fit. `name` is the controller's. */
export interface WorkqueueMetrics {
  /** Keys that wait for a run, delayed ones not counted. */
  readonly depth: TrackedGauge<'name'>;
  readonly adds: Counter<'name'>;
  /** From the add to the start of the run. */
  readonly queueDuration: Histogram<'name'>;
  readonly workDuration: Histogram<'name'>;
  readonly retries: Counter<'name'>;
  /** Seconds spent so far in runs that have not ended: grows steadily when one is stuck. */
  readonly unfinishedWork: TrackedGauge<'name'>;
  readonly longestRunning: TrackedGauge<'name'>;
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after' | 'terminal';

/** Names and meanings are controller-runtime's. */
export interface ReconcileMetrics {
  readonly total: Counter<'controller' | 'result'>;
  readonly errors: Counter<'controller'>;
  readonly time: Histogram<'controller'>;
  readonly maxConcurrent: Gauge<'controller'>;
  readonly activeWorkers: TrackedGauge<'controller'>;
}

/** Everything that hinge measures. */
export interface Metrics {
  readonly workqueue: WorkqueueMetrics;
  readonly reconcile: ReconcileMetrics;
  /** 1 while this operator leads, else 0. */
  readonly leader: Gauge<never>;
  /** 1 for the reason why this operator changes nothing, else 0. */
  readonly frozen: Gauge<'reason'>;
  /** Objects whose keys are gone, and which stay until that is confirmed. */
  readonly deletionsHeld: Gauge<never>;
  /** Objects by kind and by `Ready` (True, False, Unknown). */
  readonly objects: Gauge<'kind' | 'ready'>;
  /** Sessions of a router by FRR's state name. */
  readonly bgpSessions: Gauge<'router' | 'state'>;
  readonly bgpPrefixesReceived: Gauge<'router' | 'peer'>;
  /** From the moment a change of an object is seen until the object is Ready. */
  readonly converge: Histogram<'kind'>;
  readonly dockerRequests: Counter<'node' | 'call' | 'outcome'>;
  readonly dockerDuration: Histogram<'node' | 'call'>;
  readonly etcdRequests: Counter<'call' | 'outcome'>;
  readonly actions: Counter<'type' | 'outcome'>;
  /** 1 when packets were last seen to take the Path, else 0. */
  readonly pathProven: Gauge<'path'>;
  /** Times that packets were sent to see which way they take, by what was seen: `Proven`, or the reason why not. */
  readonly proofs: Counter<'probe' | 'result'>;
  /** Last measured round-trip time, in seconds. */
  readonly rtt: Gauge<'experiment' | 'connection'>;
  /** Last measured share of packets between its hosts that were lost, 0 to 1. */
  readonly loss: Gauge<'experiment' | 'connection'>;
  /** Actions that restored something changed or lost from outside. */
  readonly repairs: Counter<'type'>;
}
