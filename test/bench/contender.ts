import type { Usage } from './usage.ts';

/** Calls to the engines: those that change something, and those that ask. */
export interface DockerCalls {
  readonly writes: number;
  readonly reads: number;
}

export interface Built {
  /** Wall-clock milliseconds of the first put, or of the first call. */
  readonly began: number;
  /** When packets were seen to take all routers both ways. */
  readonly proven: number;
  /** When every object said so; undefined where there are none. */
  readonly ready: number | undefined;
}

export interface Cost {
  readonly usage: Usage;
  readonly docker: DockerCalls;
  /** Transactions that wrote something to etcd, besides the puts of the objects. */
  readonly etcdWrites: number;
}

/** One of the two that build the same testbed. */
export interface Contender {
  readonly name: 'hinge' | 'floor';
  /** Gets ready to begin at once: a process that runs and has nothing to do. */
  prepare(): Promise<void>;
  build(): Promise<Built>;
  /** What it has cost since `prepare`, peak memory since its process began. */
  cost(): Promise<Cost>;
  /** Begins to take everything apart, and resolves when it believes to be done. */
  takeApart(): Promise<void>;
  /** Ends its process. */
  close(): Promise<void>;
}
