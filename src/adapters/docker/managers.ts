import { DockerError } from '../../core/failure.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Engine } from './engine.ts';
import { isFailure } from './failure.ts';
import { infoReply } from './replies.ts';

/** Milliseconds for the question whether an engine is a manager: answered at once, or the next one is taken. */
const PROBE_TIMEOUT_MS = 3_000;

/**
 * Chooses the manager that calls about the whole Swarm go through: one stays chosen until it fails. All managers give the
 * same answers, since they ask the Raft leader.
 */
export class Managers {
  readonly #engines: readonly Engine[];
  readonly #logger: Logger;
  /** When each engine failed last, by a counter: the longest ago is tried first. */
  readonly #failures = new Map<Engine, number>();
  #failureCount = 0;
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
      return await action(engine);
    } catch (error) {
      if (!isFailure(error, 'unreachable') && !isFailure(error, 'timeout')) throw error;
      this.#failed(engine);
      failures.set(engine, error);
    }
    return this.#attempt(action, failures);
  }

  /** The chosen manager, or a new one; who asks at the same time shares one search. */
  async #choose(): Promise<Engine> {
    if (this.#chosen !== undefined) return this.#chosen;
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
    return this.#search;
  }

  #failed(engine: Engine): void {
    this.#failures.set(engine, ++this.#failureCount);
    if (this.#chosen === engine) this.#chosen = undefined;
  }

  /** Asks all engines at once; a hanging one delays nobody longer than the probe's bound. */
  async #find(): Promise<Engine> {
    const answers = await Promise.all(this.#engines.map((engine) => this.#probe(engine)));
    const managers = answers.filter((answer) => answer.why === undefined).map((answer) => answer.engine);
    managers.sort((a, b) => (this.#failures.get(a) ?? 0) - (this.#failures.get(b) ?? 0));
    const [best] = managers;
    if (best !== undefined) {
      this.#logger.debug({ node: best.node }, 'Swarm manager chosen');
      this.#chosen = best;
      return best;
    }
    const why = answers.map((answer) => answer.why).join('; ');
    throw new DockerError(
      'unreachable',
      `no manager of the Swarm answers (${why || 'no endpoint is set'}): give hinge the endpoint of at least one manager`,
    );
  }

  async #probe(engine: Engine): Promise<{ engine: Engine; why: string | undefined }> {
    try {
      const info = await engine.callNow({
        name: 'info',
        doing: 'asking whether it is a manager',
        timeoutMs: PROBE_TIMEOUT_MS,
        reply: infoReply,
        send: (docker, abortSignal) => docker.info({ abortSignal }),
      });
      if (info.Swarm.ControlAvailable) return { engine, why: undefined };
      return {
        engine,
        why: `${engine.node} is ${info.Swarm.LocalNodeState === 'active' ? 'a worker' : 'in no Swarm'}`,
      };
    } catch (error) {
      return { engine, why: error instanceof Error ? error.message : String(error) };
    }
  }
}
