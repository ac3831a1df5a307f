import type { ProofStatus } from '../api/status.ts';
import { farthestHop, LONGEST_MS, type Probe, type ProbeDirection } from '../core/prove/probe.ts';
import { runsPlan } from '../core/diff/wanted-configuration.ts';
import {
  CONFIGURING,
  isMerelySilent,
  isOnCourse,
  proofOf,
  type Sighting,
  TOO_SLOW,
  type Verdict,
  verdictOf,
} from '../core/prove/verdict.ts';
import type { Trace } from '../core/diff/observed-router.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ConsoleTarget, RouterConsole } from '../ports/router-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';
import type { Observation } from './observation.ts';
import type { RouterStates } from './router-states.ts';
import { sightSegments } from './segment-sighting.ts';
import type { Testbed } from './testbed.ts';

export interface Proof {
  readonly verdict: Verdict | undefined;
  readonly proof: ProofStatus | undefined;
  readonly rttMs: number | undefined;
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

const silence = ({ forward: { from, to } }: Probe): Verdict => ({
  proven: false,
  reason: 'NoAnswer',
  message: `packets from ${from} to ${to} are not answered yet`,
});

const configuring = (router: string): Verdict => ({
  proven: false,
  reason: CONFIGURING,
  message: `packets are sent when ${router} runs its new configuration`,
});

const tooSlow = (addedMs: number): Verdict => ({
  proven: false,
  reason: TOO_SLOW,
  message: `packets and their answers take ${String(Math.round(addedMs / 1000))} s longer by the delays of the links, and hinge waits for ${String(LONGEST_MS / 1000)} s`,
});

type Targets = Readonly<Record<'forward' | 'reverse' | 'edge', ConsoleTarget | undefined>>;

const openLink = (link: string): Verdict => ({
  proven: false,
  reason: 'LinkOpen',
  message: `no packets can pass: the link ${link} is not plugged in at both ends`,
});

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
    const asked = JSON.stringify(probe);
    if (addedMs > LONGEST_MS) {
      const proof = { ...NOT_TRIED, verdict: tooSlow(addedMs) };
      this.#known.set(key, { asked, fingerprint: '', at: this.#deps.clock.monotonicMs(), proof });
      return proof;
    }
    const { observation, clock, intervalMs } = this.#deps;
    const targets = {
      forward: this.#target(probe.forward.from),
      reverse: this.#target(probe.reverse.from),
      edge: probe.edge && this.#target(`router/${probe.edge.router}`),
    };
    const passed = [...probe.forward.hops, ...probe.reverse.hops].map(
      ({ router }) => observation.latest.current(`router/${router}`)?.container.id,
    );
    const fingerprint = JSON.stringify([targets, passed]);
    const now = clock.monotonicMs();
    const before = this.#known.get(key);
    const same = before?.asked === asked && before.fingerprint === fingerprint;
    const known: Known = same ? before : { asked, fingerprint, at: now, proof: NOT_TRIED };
    const held = known.proof.verdict?.proven === true;
    if (held && now - known.at < intervalMs) {
      if (now - (known.glancedAt ?? known.at) < this.glanceMs) return known.proof;
      if (await this.#isOnCourse(probe, targets, addedMs)) {
        this.#known.set(key, { ...known, glancedAt: clock.monotonicMs(), silences: 0 });
        this.#count(key, 'Proven');
        return known.proof;
      }
    }
    const unfinished = held ? undefined : this.#unfinished(probe);
    if (unfinished !== undefined) {
      const proof = { ...NOT_TRIED, verdict: configuring(unfinished) };
      this.#known.set(key, { asked, fingerprint, at: now, proof });
      return proof;
    }
    // A trace of what does not answer takes long: for a while a ping says as much.
    const patient = !held && now - known.at < TRACE_AGAIN_MS;
    if (patient && !(await this.#answers(probe.forward, targets.forward, addedMs))) {
      const proof =
        known.proof.verdict === undefined ? { ...NOT_TRIED, verdict: silence(probe) } : known.proof;
      this.#known.set(key, { ...known, proof });
      return proof;
    }
    const { proof, merelySilent } = await this.#send(probe, targets, addedMs);
    this.#count(key, proof.verdict?.reason ?? 'ProbeFailed');
    const silences = (known.silences ?? 0) + 1;
    if (held && merelySilent && silences <= SILENCES) {
      this.#known.set(key, { ...known, glancedAt: clock.monotonicMs(), silences });
      return known.proof;
    }
    this.#known.set(key, { asked, fingerprint, at: clock.monotonicMs(), proof });
    return proof;
  }

  /**
   * A router on the way that still has to be given its configuration: until then packets may take the right way for a moment only. One that nobody
   * changes, or that refused it, is not waited for.
   */
  #unfinished(probe: Probe): string | undefined {
    const { observation, routerStates, testbed } = this.#deps;
    const passed = [...probe.forward.hops, ...probe.reverse.hops].map(({ router }) => router);
    return [...passed, ...(probe.edge === undefined ? [] : [probe.edge.router])].find((router) => {
      const setup = testbed.desired.workloads.get(`router/${router}`)?.setup;
      const placed = observation.latest.current(`router/${router}`);
      const state = placed === undefined ? undefined : routerStates.get(router, placed.container.id);
      if (setup?.type !== 'router' || state === undefined || runsPlan(setup, state)) return false;
      const isFrozen = testbed.isFrozen({ kind: 'Router', name: router });
      return !isFrozen && !routerStates.isRefused(router, setup.configuration);
    });
  }

  #count(probe: string, result: string): void {
    this.#deps.metrics.proofs.increment({ probe, result });
  }

  async #send(
    probe: Probe,
    targets: Targets,
    addedMs: number,
  ): Promise<{ readonly proof: Proof; readonly merelySilent: boolean }> {
    const { routers, clock } = this.#deps;
    try {
      const [{ forward, reverse }, routes] = await Promise.all([
        this.#sight(probe, targets, addedMs),
        targets.edge === undefined ? [] : routers.routes(targets.edge),
      ]);
      const asPath = routes.find(({ prefix }) => prefix === probe.edge?.prefix)?.asPath;
      const sighting: Sighting = { at: clock.now(), forward, reverse, asPath };
      const nameOf = (address: string): string => this.#deps.testbed.desired.nameAt(address);
      const verdict = verdictOf(probe, sighting, nameOf);
      const rttMs = forward.reached ? forward.hops.at(-1)?.rttMs : undefined;
      const proof = { verdict, proof: proofOf(probe, sighting, nameOf), rttMs, probeFailure: undefined };
      return { proof, merelySilent: !verdict.proven && isMerelySilent(probe, sighting) };
    } catch (error) {
      const probeFailure = error instanceof Error ? error.message : String(error);
      const proof = { verdict: undefined, proof: undefined, rttMs: undefined, probeFailure };
      return { proof, merelySilent: false };
    }
  }

  /** Whether packets still take the way there and back. False also when that cannot be told: the whole proof then says why. */
  async #isOnCourse(probe: Probe, targets: Targets, addedMs: number): Promise<boolean> {
    try {
      return isOnCourse(probe, await this.#sight(probe, targets, addedMs));
    } catch {
      return false;
    }
  }

  async #sight(
    probe: Probe,
    targets: Targets,
    addedMs: number,
  ): Promise<Pick<Sighting, 'forward' | 'reverse'>> {
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
    return this.#deps.hosts.trace(target, direction.to, farthestHop(direction), addedMs);
  }

  async #answers(
    direction: ProbeDirection,
    target: ConsoleTarget | undefined,
    addedMs: number,
  ): Promise<boolean> {
    if (target === undefined) return false;
    return this.#deps.hosts.reaches(target, direction.to, addedMs).catch(() => false);
  }

  #target(workload: string): ConsoleTarget | undefined {
    const placed = this.#deps.observation.latest.current(workload);
    return placed === undefined ? undefined : { node: placed.node, containerId: placed.container.id };
  }
}
