import { DockerError } from '../../core/failure.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Engine } from './engine.ts';
import { anyReply } from './replies.ts';

/** Milliseconds for the question whether an engine is a manager that works: answered at once, or another one is taken. */
const PROBE_TIMEOUT_MS = 3_000;

/**
 * Chooses the manager that calls about the whole Swarm go through: one stays chosen until it fails. All managers give the
 * same answers, since they ask the Raft leader.
 */
export class Managers {
  readonly #engines: readonly Engine[];
  readonly #logger: Logger;
  /** Those that failed since they were last of use: asked only when no other engine is a manager. */
  readonly #suspects = new Set<Engine>();
  #chosen: Engine | undefined;
  #search: Promise<Engine> | undefined;

  constructor(engines: readonly Engine[], logger: Logger) {
    this.#engines = engines;
    this.#logger = logger;
  }

  /**
   * Runs `action` through a manager, and through another one if that cannot be reached or does not answer. So an action may run
   * twice: creations must tolerate "already there", removals "gone", updates carry a version.
   * @throws DockerError of the last attempt, 'unreachable' when no manager answers.
   */
  async use<T>(action: (engine: Engine) => Promise<T>): Promise<T> {
    return this.#attempt(action, new Map());
  }

  async #attempt<T>(action: (engine: Engine) => Promise<T>, failures: Map<Engine, DockerError>): Promise<T> {
    const engine = await this.#choose();
    const before = failures.get(engine);
    if (before !== undefined) throw before;
    try {
      const value = await action(engine);
      this.#suspects.delete(engine);
      return value;
    } catch (error) {
      if (!(error instanceof DockerError) || !(await isManagersFault(engine, error))) throw error;
      failures.set(engine, error);
      this.#suspects.add(engine);
      if (this.#chosen === engine) this.#chosen = undefined;
    }
    return this.#attempt(action, failures);
  }

  /** The chosen manager, or a new one; who asks at the same time shares one search. */
  async #choose(): Promise<Engine> {
    if (this.#chosen !== undefined) return this.#chosen;
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
    return this.#search;
  }

  async #find(): Promise<Engine> {
    const suspects = this.#engines.filter((engine) => this.#suspects.has(engine));
    const others = this.#engines.filter((engine) => !this.#suspects.has(engine));
    const why: string[] = [];
    const engine = (await firstManager(others, why)) ?? (await firstManager(suspects, why));
    if (engine === undefined) {
      throw new DockerError(
        'unreachable',
        `no manager of the Swarm answers (${why.join('; ') || 'no endpoint is set'}): ` +
          'give hinge the endpoint of at least one manager',
      );
    }
    this.#logger.debug({ node: engine.node }, 'Swarm manager chosen');
    this.#chosen = engine;
    return engine;
  }
}

/** The first of the engines to say that it is a manager; why each of them is none is added to `why`. */
async function firstManager(engines: readonly Engine[], why: string[]): Promise<Engine | undefined> {
  try {
    return await Promise.any(engines.map((engine) => assertManager(engine)));
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    why.push(...error.errors.map((each) => (each instanceof Error ? each.message : String(each))));
    return undefined;
  }
}

/**
 * Asks for something that only the Raft leader knows: a worker says no, and so does a manager without a leader, which still
 * calls itself a manager.
 */
async function assertManager(engine: Engine): Promise<Engine> {
  await engine.callNow({
    name: 'node.list',
    doing: 'asking whether it can speak for the Swarm',
    timeoutMs: PROBE_TIMEOUT_MS,
    reply: anyReply,
    send: (docker, abortSignal) => docker.listNodes({ filters: { role: ['manager'] }, abortSignal }),
  });
  return engine;
}

/** Whether another manager may do better. Without a leader, a call fails with a 500 like many others: so it is asked again. */
async function isManagersFault(engine: Engine, error: DockerError): Promise<boolean> {
  if (error.kind === 'unreachable' || error.kind === 'timeout') return true;
  if (error.kind !== 'rejected') return false;
  try {
    await assertManager(engine);
    return false;
  } catch {
    return true;
  }
}
