import type { ProofStatus } from '../api/status.ts';
import { farthestHop, LONGEST_MS, type Probe, type ProbeDirection } from '../core/prove/probe.ts';
import {
  type Echoes,
  isMerelySilent,
  isOnCourse,
  lossPercentOf,
  NO_ANSWER,
  proofOf,
  type Sighting,
  type Verdict,
  verdictOf,
} from '../core/prove/verdict.ts';
import { configuring, openLink, silence, tooSlow } from '../core/prove/unsent.ts';
import type { Trace } from '../core/diff/observed-router.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ConsoleTarget, RouterConsole, RouterTarget } from '../ports/router-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';
import type { Observation } from './observation.ts';
import { routerTarget } from './router-target.ts';
import type { RouterStates } from './router-states.ts';
import { sightSegments } from './segment-sighting.ts';
import type { Testbed } from './testbed.ts';
import { unfinishedRouter } from './unfinished-router.ts';

export interface Proof {
  readonly verdict: Verdict | undefined;
  readonly proof: ProofStatus | undefined;
  readonly rttMs: number | undefined;
  /** Absent: not measured yet, or packets like the connection's are not answered. */
  readonly lossPercent?: number;
  /** Why no packets could be sent. */
  readonly probeFailure: string | undefined;
}

const NOT_TRIED: Proof = { verdict: undefined, proof: undefined, rttMs: undefined, probeFailure: undefined };

/**
 * Packets are sent along a proven Path again after this many ms, without a look at BGP's tables: what is broken by hand is noticed within ten
 * seconds. With many connections it takes longer, since each pair of traces costs the nodes some 20 ms of processor time.
 */
const GLANCE_MS = 5_000;
const GLANCE_MS_EACH = 50;
/** While nothing answers, the way is traced no more often than this, in ms. */
const TRACE_AGAIN_MS = 5_000;

interface Known {
  /** The probe. */
  readonly asked: string;
  /** Of the containers that it is about. */
  readonly fingerprint: string;
  /** Milliseconds, monotonic: when packets were last traced, or first wanted. */
  readonly at: number;
  readonly proof: Proof;
  /** Milliseconds, monotonic: when packets last took the proven way. */
  readonly glancedAt?: number;
  /** How many times in a row packets arrived, but a router on the way did not answer. */
  readonly silences?: number;
}

/** A router on a proven way may leave packets that arrive unanswered so many times in a row: it may be busy. */
const SILENCES = 2;

/** @param tracedMs round-trip time as far as it is known without them. */
const measuredBy = (
  echoes: Echoes | undefined,
  tracedMs: number | undefined,
): Pick<Proof, 'rttMs' | 'lossPercent'> =>
  echoes === undefined
    ? { rttMs: tracedMs }
    : { rttMs: echoes.rttMs ?? tracedMs, lossPercent: lossPercentOf(echoes) };

type Targets = Readonly<Record<'forward' | 'reverse' | 'edge' | 'echo', RouterTarget | undefined>>;

interface ProverDeps {
  readonly hosts: HostConsole;
  readonly routers: RouterConsole;
  readonly segments: SegmentConsole;
  readonly observation: Observation;
  readonly routerStates: RouterStates;
  readonly testbed: Testbed;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'proofs'>;
  /** A proof that held is made again after this many ms. */
  readonly intervalMs: number;
}

/** Sends packets and compares the way they take with the one that was asked for. Keeps each result until its circumstances change. */
export class Prover {
  readonly #deps: ProverDeps;
  readonly #known = new Map<string, Known>();

  constructor(deps: ProverDeps) {
    this.#deps = deps;
  }

  /** The last result, whatever its age; undefined: nobody has looked since this operator leads. */
  last(key: string): Proof | undefined {
    return this.#known.get(key)?.proof;
  }

  /** Nothing can be sent yet. @param unplugged a link that is certainly open @returns the last result, as far as that can still be true. */
  notYet(key: string, probe: Probe, unplugged?: string): Proof {
    const asked = JSON.stringify(probe);
    const last = this.#known.get(key);
    const before = last?.asked === asked ? last : { asked, fingerprint: '', at: -Infinity, proof: NOT_TRIED };
    const broken = before.proof.verdict?.proven === true && unplugged !== undefined;
    const known = broken
      ? { ...before, fingerprint: '', proof: { ...before.proof, verdict: openLink(unplugged) } }
      : before;
    this.#known.set(key, known);
    return known.proof;
  }

  /** Nothing can be sent, and this says why. */
  cannot(key: string, probe: Probe, verdict: Verdict): Proof {
    const proof = { ...NOT_TRIED, verdict };
    const asked = JSON.stringify(probe);
    this.#known.set(key, { asked, fingerprint: '', at: this.#deps.clock.monotonicMs(), proof });
    return proof;
  }

  /** Forgets all keys that start with `prefix` but are not in `keys`. */
  retain(prefix: string, keys: ReadonlySet<string>): void {
    for (const key of [...this.#known.keys()].filter((one) => one.startsWith(prefix) && !keys.has(one))) {
      this.#known.delete(key);
      this.#deps.metrics.proofs.forget({ probe: key });
    }
  }

  /** After how many ms it is worth while to ask again for what is proven. */
  get glanceMs(): number {
    return Math.max(GLANCE_MS, GLANCE_MS_EACH * this.#known.size);
  }

  /** @param key such as `fig3/ab`. @param addedMs by which links delay a packet and its answer. */
  async prove(key: string, probe: Probe, addedMs: number): Promise<Proof> {
    if (addedMs > LONGEST_MS) return this.cannot(key, probe, tooSlow(addedMs));
    const asked = JSON.stringify(probe);
    const { observation, clock, intervalMs } = this.#deps;
    const targets = {
      forward: this.#target(probe.forward.from),
      reverse: this.#target(probe.reverse.from),
      edge: probe.edge && this.#target(`router/${probe.edge.router}`),
      echo: this.#target((probe.echo ?? probe.sample ?? probe.forward).from),
    };
    const passed = [...probe.forward.hops, ...probe.reverse.hops].map(
      ({ router }) => observation.latest.inside(`router/${router}`)?.container.id,
    );
    const fingerprint = JSON.stringify([targets, passed]);
    const now = clock.monotonicMs();
    const before = this.#known.get(key);
    const same = before?.asked === asked && before.fingerprint === fingerprint;
    const known: Known = same ? before : { asked, fingerprint, at: now, proof: NOT_TRIED };
    const held = known.proof.verdict?.proven === true;
    if (held && now - known.at < intervalMs) {
      if (now - (known.glancedAt ?? known.at) < this.glanceMs) return known.proof;
      // Loss takes half a second to measure: not before a new proof is told, but with the first glance after it.
      const isNew = known.proof.lossPercent === undefined;
      const [onCourse, echoes] = await Promise.all([
        this.#isOnCourse(probe, targets, addedMs),
        isNew ? this.#sample(probe, targets, addedMs).catch(() => undefined) : undefined,
      ]);
      if (onCourse) {
        const proof = { ...known.proof, ...measuredBy(echoes, known.proof.rttMs) };
        this.#known.set(key, { ...known, proof, glancedAt: clock.monotonicMs(), silences: 0 });
        this.#count(key, 'Proven');
        return proof;
      }
    }
    const unfinished = held ? undefined : unfinishedRouter(probe, this.#deps);
    if (unfinished !== undefined) {
      const proof = { ...NOT_TRIED, verdict: configuring(unfinished) };
      this.#known.set(key, { asked, fingerprint, at: now, proof });
      return proof;
    }
    // A trace of what does not answer takes long: for a while a ping says as much.
    const patient = !held && now - known.at < TRACE_AGAIN_MS;
    if (patient && !(await this.#answers(probe, targets, addedMs))) {
      const proof =
        known.proof.verdict === undefined ? { ...NOT_TRIED, verdict: silence(probe) } : known.proof;
      this.#known.set(key, { ...known, proof });
      return proof;
    }
    const { proof, merelySilent } = await this.#send(
      probe,
      targets,
      addedMs,
      held && now - known.at >= intervalMs,
    );
    this.#count(key, proof.verdict?.reason ?? 'ProbeFailed');
    const silences = (known.silences ?? 0) + 1;
    if (held && merelySilent && silences <= SILENCES) {
      this.#known.set(key, { ...known, glancedAt: clock.monotonicMs(), silences });
      return known.proof;
    }
    this.#known.set(key, { asked, fingerprint, at: clock.monotonicMs(), proof });
    return proof;
  }

  #count(probe: string, result: string): void {
    this.#deps.metrics.proofs.increment({ probe, result });
  }

  /** @param routine nobody waits for the result. */
  async #send(
    probe: Probe,
    targets: Targets,
    addedMs: number,
    routine: boolean,
  ): Promise<{ readonly proof: Proof; readonly merelySilent: boolean }> {
    const { routers, clock } = this.#deps;
    try {
      const [{ forward, reverse, echoes: counted }, routes, sent] = await Promise.all([
        this.#sight(probe, targets, addedMs),
        targets.edge === undefined ? [] : routers.routes(targets.edge),
        routine ? this.#sample(probe, targets, addedMs) : this.#echoes(probe.echo, targets, addedMs),
      ]);
      const echoes = counted ?? sent;
      const asPath = routes.find(({ prefix }) => prefix === probe.edge?.prefix)?.asPath;
      const at = clock.now();
      const sighting: Sighting = { at, forward, reverse, asPath, ...(echoes !== undefined && { echoes }) };
      const nameOf = (address: string): string => this.#deps.testbed.desired.nameAt(address);
      const verdict = verdictOf(probe, sighting, nameOf);
      const traced = forward.reached ? forward.hops.at(-1)?.rttMs : undefined;
      const rttMs = probe.echo === undefined ? traced : undefined;
      const proof = {
        ...{ verdict, proof: proofOf(probe, sighting, nameOf), rttMs, probeFailure: undefined },
        ...measuredBy(echoes, rttMs),
      };
      const merelySilent = !verdict.proven && verdict.reason !== NO_ANSWER && isMerelySilent(probe, sighting);
      return { proof, merelySilent };
    } catch (error) {
      const probeFailure = error instanceof Error ? error.message : String(error);
      const proof = { verdict: undefined, proof: undefined, rttMs: undefined, probeFailure };
      return { proof, merelySilent: false };
    }
  }

  /** Whether packets still take the way there and back. False also when that cannot be told: the whole proof then says why. */
  async #isOnCourse(probe: Probe, targets: Targets, addedMs: number): Promise<boolean> {
    try {
      if (!isOnCourse(probe, await this.#sight(probe, targets, addedMs))) return false;
      return probe.echo === undefined || (await this.#answers(probe, targets, addedMs));
    } catch {
      return false;
    }
  }

  async #sight(
    probe: Probe,
    targets: Targets,
    addedMs: number,
  ): Promise<Pick<Sighting, 'forward' | 'reverse' | 'echoes'>> {
    if (probe.flow !== undefined) {
      const places = { ...targets, routerOf: (name: string) => this.#target(`router/${name}`) };
      return sightSegments(probe, probe.flow, this.#deps, places, addedMs);
    }
    const [forward, reverse] = await Promise.all([
      this.#trace(probe.forward, targets.forward, addedMs),
      this.#trace(probe.reverse, targets.reverse, addedMs),
    ]);
    return { forward, reverse };
  }

  #trace(direction: ProbeDirection, target: ConsoleTarget | undefined, addedMs: number): Promise<Trace> {
    if (target === undefined) return Promise.reject(new Error(`${direction.from} has no running container`));
    const { to, source } = direction;
    return this.#deps.hosts.trace(target, { address: to, source, maxHops: farthestHop(direction), addedMs });
  }

  #sample({ echo, sample }: Probe, targets: Targets, addedMs: number): Promise<Echoes | undefined> {
    return this.#echoes(echo ?? sample, targets, addedMs);
  }

  async #echoes(
    echo: Probe['echo'],
    { echo: target }: Targets,
    addedMs: number,
  ): Promise<Echoes | undefined> {
    if (echo === undefined) return undefined;
    if (target === undefined) throw new Error(`${echo.from} has no running container`);
    return this.#deps.hosts.echo(target, { to: echo.to }, addedMs);
  }

  async #answers({ forward, echo }: Probe, targets: Targets, addedMs: number): Promise<boolean> {
    const target = targets.echo;
    if (target === undefined) return false;
    return this.#deps.hosts.reaches(target, (echo ?? forward).to, addedMs).catch(() => false);
  }

  #target(workload: string): RouterTarget | undefined {
    const placed = this.#deps.observation.latest.inside(workload);
    return placed === undefined ? undefined : routerTarget(placed);
  }
}
