import { attachmentOf } from '../core/diff/attachment.ts';
import type { RouterState } from '../core/diff/observed-router.ts';
import { diagnose, type Diagnosis, type Remedy, type SessionSigns } from '../core/diagnose/session.ts';
import { LONGEST_MS } from '../core/prove/probe.ts';
import type { DesiredSession } from '../core/plan/desired.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RouterConsole, RouterTarget } from '../ports/router-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Observation } from './observation.ts';
import type { RouterStates } from './router-states.ts';
import type { Testbed } from './testbed.ts';

/**
 * Nobody interferes with a session that is down for less, in ms: its hold time is 9 s, connections are tried every second, and packets over a
 * link that was just plugged in may need some seconds to find their way.
 */
const PATIENCE_MS = 15_000;
/** After each remedy the next one waits twice as long, up to so many ms. */
const MOST_PATIENCE_MS = 300_000;

/** In ms. A link that delays BGP too may need some tries that each take a round trip. */
const patienceOf = ({ pace }: DesiredSession): number =>
  PATIENCE_MS + (pace === undefined ? 0 : (pace.hold + 2 * pace.connect) * 1000);

interface Case {
  /** The containers at both ends: with another one it is another case. */
  readonly circumstances: string;
  /** Milliseconds, monotonic. */
  readonly since: number;
  readonly treatments: number;
  readonly nextAt: number;
}

interface DoctorDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly hosts: HostConsole;
  readonly routers: RouterConsole;
  readonly testbed: Testbed;
  readonly observation: Observation;
  readonly routerStates: RouterStates;
  readonly events: EventRecorder;
  /** @throws when this operator does not lead any more. */
  readonly assertLeading: () => void;
  readonly enqueueNetwork: (key: string) => void;
  /** What the properties of a link (by network key) add to the time of a packet and its answer, in ms. */
  readonly addedMs: (network: string) => number;
}

interface Patient {
  readonly router: string;
  readonly session: DesiredSession;
  readonly target: RouterTarget;
  /** Of the session at this end; undefined: not configured. */
  readonly state: string | undefined;
}

/** Finds out why sessions stay down although everything is plugged in and configured, says so, and does what can be done. */
export class SessionDoctor {
  readonly #deps: DoctorDeps;
  /** By router, then by the neighbour's address. */
  readonly #cases = new Map<string, Map<string, Case>>();
  readonly #replugs = new Set<string>();

  constructor(deps: DoctorDeps) {
    this.#deps = deps;
  }

  /** True once after each time that the network is to be plugged anew. */
  takeReplug(network: string): boolean {
    return this.#replugs.delete(network);
  }

  /** Forgets a router that is gone. */
  discharge(router: string): void {
    this.#cases.delete(router);
  }

  /** @returns why sessions of a router are down, for those that are. */
  async examine(
    router: string,
    sessions: readonly DesiredSession[],
    here: { readonly target: RouterTarget; readonly state: RouterState },
    logger: Logger,
  ): Promise<readonly Diagnosis[]> {
    const stateOf = ({ address }: DesiredSession): string | undefined =>
      here.state.sessions.find((other) => other.address === address)?.state;
    const down = sessions.filter((session) => stateOf(session) !== 'Established');
    const cases = this.#cases.get(router) ?? new Map<string, Case>();
    this.#cases.set(router, cases);
    const addresses = new Set(down.map(({ address }) => address));
    for (const address of cases.keys()) if (!addresses.has(address)) cases.delete(address);
    return Promise.all(
      down.map((session) =>
        this.#one({ router, session, target: here.target, state: stateOf(session) }, cases, logger),
      ),
    );
  }

  async #one(patient: Patient, cases: Map<string, Case>, logger: Logger): Promise<Diagnosis> {
    const { clock, hosts } = this.#deps;
    const { target, session } = patient;
    const { address, peer } = session;
    const signs = this.#signsOf(patient);
    const first = diagnose(signs);
    const now = clock.monotonicMs();
    const circumstances = `${target.containerId} ${this.#containerOf(peer)}`;
    const known = cases.get(address);
    const same = known?.circumstances === circumstances ? known : undefined;
    // A link that is being plugged in anew is no new case, but has its time again once it is.
    const patienceMs = patienceOf(session);
    const lookAt = now + patienceMs;
    if (first.cause !== 'Settling') {
      if (same !== undefined) cases.set(address, { ...same, nextAt: Math.max(same.nextAt, lookAt) });
      return first;
    }
    const opened = same ?? { circumstances, since: now, treatments: 0, nextAt: lookAt };
    cases.set(address, opened);
    if (now - opened.since < patienceMs) return first;
    const addedMs = this.#deps.addedMs(session.network);
    // Over such a link there is nothing to be learned by asking: BGP's own timers have to do.
    if (addedMs > LONGEST_MS) return first;
    const diagnosis = diagnose({ ...signs, answered: await hosts.reaches(target, address, addedMs) });
    const remedy = diagnosis.remedies[Math.min(opened.treatments, diagnosis.remedies.length - 1)];
    if (remedy === undefined || now < opened.nextAt || !this.#treats(patient)) {
      return reported(diagnosis, opened);
    }
    const patience = Math.min(
      patienceMs * 2 ** (opened.treatments + 1),
      Math.max(MOST_PATIENCE_MS, patienceMs),
    );
    const after = { ...opened, treatments: opened.treatments + 1, nextAt: now + patience };
    cases.set(address, after);
    logger.warn({ peer, cause: diagnosis.cause, remedy }, 'treating a session that stays down');
    const seconds = String(Math.round((now - opened.since) / 1000));
    await this.#treat(remedy, patient, `${diagnosis.message}, for ${seconds} s: ${REMEDIES[remedy]}`);
    return reported(diagnosis, after);
  }

  async #treat(remedy: Remedy, { router, session, target }: Patient, message: string): Promise<void> {
    const { assertLeading, enqueueNetwork, events, metrics, routers } = this.#deps;
    events.warning({ kind: 'Router', name: router }, 'SessionTreated', message);
    metrics.repairs.increment({ type: remedy === 'replug' ? 'link' : 'session' });
    if (remedy === 'replug') {
      this.#replugs.add(session.network);
      enqueueNetwork(session.network);
      return;
    }
    assertLeading();
    await routers.restartSession(target, session.address);
  }

  #containerOf(router: string): string {
    return this.#deps.observation.latest.inside(`router/${router}`)?.container.id ?? '';
  }

  /** One end treats, the first of the link, and none while one of the two is frozen. */
  #treats({ router, session }: Patient): boolean {
    const { testbed } = this.#deps;
    const first = testbed.desired.networks.get(session.network)?.endpoints[0]?.workload;
    const frozen = [router, session.peer].some((name) => testbed.isFrozen({ kind: 'Router', name }));
    return first === `router/${router}` && !frozen;
  }

  #signsOf({ router, session, state }: Patient): SessionSigns {
    const { observation, routerStates, testbed } = this.#deps;
    const network = testbed.desired.networks.get(session.network);
    const own = network?.endpoints.find(({ workload }) => workload === `router/${router}`)?.address;
    const isPlugged = (workload: string): boolean =>
      network !== undefined && attachmentOf(network, workload, observation.latest) !== undefined;
    return {
      peer: session.peer,
      address: session.address,
      link: network?.name ?? session.network,
      state,
      peerState: own === undefined ? undefined : routerStates.session(session.peer, own)?.state,
      peerRuns: this.#containerOf(session.peer) !== '',
      plugged: [router, session.peer].every((name) => isPlugged(`router/${name}`)),
      answered: undefined,
    };
  }
}

const REMEDIES: Readonly<Record<Remedy, string>> = {
  replug: 'its link is plugged in anew at both ends',
  restart: 'the session is started anew',
};

/** Without any time in it: a status is written when something has changed. */
const reported = (diagnosis: Diagnosis, { treatments }: Case): Diagnosis =>
  treatments === 0
    ? diagnosis
    : { ...diagnosis, message: `${diagnosis.message} (hinge has tried ${String(treatments)} times)` };
