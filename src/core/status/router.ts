import type { Diagnosis } from '../diagnose/session.ts';
import type { ReplacementStatus, RouterStatus, SessionStatus } from '../../api/status.ts';
import type { PlacedContainer } from '../diff/observed-index.ts';
import type { Wait } from '../diff/action.ts';
import { runsPlan } from '../diff/wanted-configuration.ts';
import type { RouterState } from '../diff/observed-router.ts';
import { isLeaving, type Turn } from '../diff/rolling.ts';
import { fieldWords } from '../diff/service-changes.ts';
import type { DesiredWorkload, RouterSetup } from '../plan/desired.ts';
import type { PolicyNote } from '../plan/policy-note.ts';
import { platformIn } from '../plan/labels.ts';
import { type Finding, found, missing, unknown } from './conditions.ts';

/** Everything known about one router after a look at it. */
export interface RouterFacts {
  readonly valid: Finding;
  /** Undefined: nothing is to run (never accepted, or being removed). */
  readonly workload: DesiredWorkload | undefined;
  /** The running container of its task, and with it its links. */
  readonly task: PlacedContainer | undefined;
  /** The running container that its programs are in: the same, or its own in the sandbox that the task holds. */
  readonly placed: PlacedContainer | undefined;
  /** Why no container runs: Swarm's own words, or what the diff waits for. */
  readonly notRunning: Wait | undefined;
  /** The router's addresses on its networks (by key), whether each is plugged in, and what the last attempt failed with. */
  readonly endpoints: readonly {
    readonly network: string;
    readonly address: string;
    readonly attached: boolean;
    readonly failure: string | undefined;
    /** Who else has the address; undefined: nobody. */
    readonly rival: string | undefined;
  }[];
  /** Undefined: not read, since no container runs. */
  readonly state: RouterState | undefined;
  /** What the last attempt to read or configure failed with. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  /** Why sessions are not established, for those that are not. */
  readonly diagnoses: readonly Diagnosis[];
  /** What its image is waited for, before its container is made or replaced. */
  readonly held: Wait | undefined;
  /** Why its container is not replaced yet. */
  readonly turn: Turn | undefined;
  /** The replacement of its container, until it is back. */
  readonly replacement: ReplacementStatus | undefined;
}

export function routerFindings(facts: RouterFacts): readonly Finding[] {
  const setup = setupOf(facts);
  if (setup === undefined) {
    return [
      facts.valid,
      ...['Running', 'Attached', 'Configured', 'Established'].map((type) => notPlanned(type)),
    ];
  }
  return [
    facts.valid,
    ...policy(facts),
    ...platform(facts),
    ...waiting(facts),
    running(facts),
    attached(facts),
    configured(facts, setup),
    established(facts, setup),
    ...replacing(facts),
  ];
}

/** What is said of policies that are done as written: what comes of it is for proofs to say. */
const AS_WRITTEN: ReadonlySet<PolicyNote['reason']> = new Set(['FightsPath', 'CutsAs', 'AsInParts']);

/** Of a router that has a policy. */
function policy({ workload }: RouterFacts): readonly Finding[] {
  const notes = workload?.notes;
  if (notes === undefined) return [];
  const [first] = notes;
  if (first === undefined) return [found('Policy', 'Policy', 'the BGP policy is as written')];
  const text = notes.map(({ message }) => message).join('; ');
  return [{ ...missing('Policy', first.reason, text), neutral: AS_WRITTEN.has(first.reason) }];
}

/** What the platform, or its release, does otherwise than it is written. It is as well as it gets there; a line that was left out is not. */
function platform({ workload }: RouterFacts): readonly Finding[] {
  const notes = workload?.platformNotes ?? [];
  const first = notes.find(({ reason }) => reason === 'BadLine') ?? notes[0];
  if (first === undefined) return [];
  const text = notes.map(({ message }) => message).join(' ');
  return [{ ...missing('Platform', first.reason, text), neutral: first.reason !== 'BadLine' }];
}

/** What runs may be well, and is not what is declared. */
const waiting = ({ held, turn, placed }: RouterFacts): readonly Finding[] => {
  if (held !== undefined && placed !== undefined)
    return [
      missing(
        'Ready',
        held.reason,
        `its container is to be replaced, and goes on until then: ${held.message}`,
      ),
    ];
  return turn === undefined
    ? []
    : [{ ...missing('Ready', turn.reason, turn.message), stalled: turn.stalled }];
};

/** Said after everything else: what is missing after a replacement is of more use than that there is one. */
const replacing = ({ replacement }: RouterFacts): readonly Finding[] =>
  replacement === undefined ? [] : [missing('Ready', 'Replacing', replacingText(replacement))];

const replacingText = ({ fields }: ReplacementStatus): string =>
  `its container is being replaced (${fieldWords(fields)})`;

function running({ placed, notRunning }: RouterFacts): Finding {
  if (placed !== undefined) return found('Running', 'Running', `the container runs on ${placed.node}`);
  return missing(
    'Running',
    notRunning?.reason ?? 'TaskNotRunning',
    notRunning?.message ?? 'no container runs yet',
  );
}

function attached({ task, endpoints }: RouterFacts): Finding {
  if (task === undefined) return unknown('Attached', 'TaskNotRunning', 'no container runs yet');
  const rivals = endpoints.flatMap(({ rival }) => rival ?? []);
  if (rivals.length > 0) return missing('Attached', 'AddressTaken', rivals.join('; '));
  const unattached = endpoints.filter((endpoint) => !endpoint.attached);
  if (unattached.length === 0) return found('Attached', 'Attached', 'every link is plugged in');
  const failed = unattached.some(({ failure }) => failure !== undefined);
  const list = unattached.map(({ network, address, failure }) =>
    failure === undefined ? network : `${network} as ${address} (${failure})`,
  );
  return missing('Attached', failed ? 'PlugFailed' : 'Plugging', `not plugged in yet: ${list.join(', ')}`);
}

const BOOTING =
  'it boots, or takes its configuration; if that lasts for minutes, look in it (hinge console NAME -- journalctl --unit vyos-router --unit hinge-change)';

function configured({ state, failure, replacement, placed }: RouterFacts, setup: RouterSetup): Finding {
  if (replacement !== undefined && isLeaving(replacement, placed?.container.id))
    return unknown('Configured', 'Replacing', replacingText(replacement));
  if (failure !== undefined) return missing('Configured', failure.reason, failure.message);
  if (placed !== undefined && platformIn(placed.container.labels) !== setup.platform)
    return unknown('Configured', 'Replacing', 'its container is still of another platform');
  if (state === undefined) return unknown('Configured', 'TaskNotRunning', 'no container runs yet');
  if (state.boots === true) return missing('Configured', 'Booting', BOOTING);
  if (!state.ready) return missing('Configured', 'DaemonsStarting', 'the routing daemons are starting');
  if (!runsPlan(setup, state)) {
    return missing('Configured', 'Configuring', 'the configuration is being applied');
  }
  if (state.drift.length > 0)
    return missing('Configured', 'Drifted', 'the running configuration was changed from outside');
  return found('Configured', 'Configured', `configuration ${setup.configuration.hash} runs`);
}

function established({ state, diagnoses }: RouterFacts, setup: RouterSetup): Finding {
  if (setup.sessions.length === 0)
    return found('Established', 'NoSessions', 'no Path gives this router a neighbour');
  if (state?.ready !== true) return unknown('Established', 'NotRead', 'the sessions cannot be read yet');
  if (diagnoses.length === 0) {
    return found(
      'Established',
      'Established',
      `${String(setup.sessions.length)} BGP sessions are established`,
    );
  }
  const causes = new Set(diagnoses.map(({ cause }) => cause));
  const [cause = 'Settling'] = causes;
  const reason = causes.size > 1 || cause === 'Settling' ? 'SessionsDown' : cause;
  return missing(
    'Established',
    reason,
    `not established: ${diagnoses.map(({ message }) => message).join(', ')}`,
  );
}

/** The hash of the plan's configuration, if it runs: with or without BFD, which begins later and is nobody's news. */
const planned = (setup: RouterSetup, state: RouterState): string | undefined =>
  runsPlan(setup, state) ? setup.configuration.hash : undefined;

/** All of a router's status but its conditions. `previous` keeps what only seems to have changed. */
export function routerBody(
  facts: RouterFacts,
  previous: RouterStatus | undefined,
  now: string,
): Omit<RouterStatus, 'conditions' | 'observedGeneration'> {
  const setup = setupOf(facts);
  if (setup === undefined) return {};
  const { placed, state, replacement } = facts;
  const task = facts.task?.container.labels['com.docker.swarm.task.id'];
  return {
    ...(placed !== undefined && { node: placed.node, container: placed.container.id.slice(0, 12) }),
    ...(task !== undefined && { task }),
    asn: setup.asn,
    routerId: setup.routerId,
    ...(setup.loopback !== undefined && { loopback: setup.loopback }),
    ...(setup.locator !== undefined && { locator: setup.locator }),
    ...(replacement !== undefined && { replacement }),
    ...(state !== undefined && {
      interfaces: interfacesOf(facts, state),
      sessions: setup.sessions.map((session) => sessionOf(session, state, previous?.sessions ?? [], now)),
      ...(state.appliedHash !== undefined && { configHash: planned(setup, state) ?? state.appliedHash }),
    }),
  };
}

/** The interfaces that carry links, in the order of the links. */
function interfacesOf({ endpoints }: RouterFacts, state: RouterState): RouterStatus['interfaces'] & object {
  return endpoints.flatMap(({ network, address }) =>
    state.interfaces
      .filter((candidate) => candidate.address.startsWith(`${address}/`))
      .map(({ name, address: withMask, mac }) => ({ link: network, name, address: withMask, mac })),
  );
}

/** Routers reckon the time of establishment from an uptime in whole seconds: up to this many ms it is the same. */
const SAME_TIME_MS = 2_500;

function sessionOf(
  desired: RouterSetup['sessions'][number],
  state: RouterState,
  previous: readonly SessionStatus[],
  now: string,
): SessionStatus {
  const session = state.sessions.find(({ address }) => address === desired.address);
  const before = previous.find(({ address }) => address === desired.address)?.establishedAt;
  const read = session?.establishedAt;
  const same = before !== undefined && read !== undefined && Math.abs(msBetween(before, read)) < SAME_TIME_MS;
  const since = same ? before : read;
  return {
    peer: desired.peer,
    asn: desired.asn,
    address: desired.address,
    state: session?.state ?? 'NotConfigured',
    ...(since !== undefined && {
      establishedAt: since,
      uptime: Math.max(0, Math.round(msBetween(since, now) / 1000)),
    }),
    prefixesReceived: session?.prefixesReceived ?? 0,
  };
}

const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

const setupOf = ({ workload }: RouterFacts): RouterSetup | undefined =>
  workload?.setup.type === 'router' ? workload.setup : undefined;

const notPlanned = (type: string): Finding => unknown(type, 'NotPlanned', 'nothing runs for this object');
