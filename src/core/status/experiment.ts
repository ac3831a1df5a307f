import type { ExperimentStatus, ProofStatus } from '../../api/status.ts';
import type { Wait } from '../diff/action.ts';
import type { PlacedContainer } from '../diff/observed-index.ts';
import type { DesiredExperiment } from '../plan/desired.ts';
import type { Verdict } from '../prove/verdict.ts';
import { type Finding, found, missing, unknown } from './conditions.ts';
import { proven } from './path.ts';

/** Why a host or a router is not on its LANs. */
export interface LanFailure {
  readonly reason: 'KernelLacksVxlan' | 'LanFailed';
  readonly message: string;
}

export interface HostFacts {
  readonly placed: PlacedContainer | undefined;
  readonly notRunning: Wait | undefined;
  /** What is missing until the routed path is its only way; undefined: nothing. */
  readonly unwired: string | undefined;
  /** It is not on its LANs; absent: it is, or is to be on none. */
  readonly offLan?: LanFailure;
  /** What its image is waited for, before its container is replaced; absent: nothing. */
  readonly held?: Wait;
}

export interface ConnectionFacts {
  readonly verdict: Verdict | undefined;
  readonly proof: ProofStatus | undefined;
  readonly probeFailure: string | undefined;
  readonly rttMs: number | undefined;
  /** Percentage of the packets between the hosts that were lost; absent: not measured yet. */
  readonly lossPercent?: number;
}

/** Everything known about one Experiment after a look at it. */
export interface ExperimentFacts {
  readonly valid: Finding;
  /** Undefined: nothing is planned for it. */
  readonly experiment: DesiredExperiment | undefined;
  /** By host name. */
  readonly hosts: ReadonlyMap<string, HostFacts>;
  /** By connection name. */
  readonly connections: ReadonlyMap<string, ConnectionFacts>;
}

const TYPES = ['HostsRunning', 'Connected', 'Proven'] as const;

export function experimentFindings(facts: ExperimentFacts): readonly Finding[] {
  const { valid, experiment } = facts;
  const all = (reason: string, message: string): readonly Finding[] => [
    valid,
    ...TYPES.map((type) => unknown(type, reason, message)),
  ];
  if (experiment === undefined) return all('NotPlanned', 'nothing runs for this object');
  if (experiment.suspended)
    return all('Suspended', 'spec.suspend is true: the hosts are stopped, their addresses kept');
  return [valid, ...held(facts), hostsRunning(facts), connected(facts), allProven(experiment, facts)];
}

function hostsRunning({ hosts }: ExperimentFacts): Finding {
  const down = [...hosts].filter(([, host]) => host.placed === undefined);
  if (down.length === 0) return found('HostsRunning', 'HostsRunning', `${String(hosts.size)} hosts run`);
  const reason = down[0]?.[1].notRunning?.reason ?? 'TaskNotRunning';
  const list = down.map(([name, host]) => `${name}: ${host.notRunning?.message ?? 'no container runs yet'}`);
  return missing('HostsRunning', reason, list.join('; '));
}

/** What runs may be well, and is not what is declared. */
function held({ hosts }: ExperimentFacts): readonly Finding[] {
  const waits = [...hosts].flatMap(([name, { held: wait }]) =>
    wait === undefined ? [] : [{ name, ...wait }],
  );
  const [first] = waits;
  if (first === undefined) return [];
  const list = waits.map(({ name, message }) => `${name}: ${message}`);
  return [
    missing('Ready', first.reason, `containers are to be replaced, and go on until then: ${list.join('; ')}`),
  ];
}

function connected({ hosts }: ExperimentFacts): Finding {
  const open = [...hosts].flatMap(([name, host]) =>
    host.unwired === undefined ? [] : [`${name}: ${host.unwired}`],
  );
  const failures = [...hosts].flatMap(([name, { offLan }]) =>
    offLan === undefined ? [] : [{ name, ...offLan }],
  );
  const [failure] = failures;
  if (open.length === 0 && failure !== undefined) {
    const list = failures.map(({ name, message }) => `${name}: ${message}`);
    return missing('Connected', failure.reason, list.join('; '));
  }
  if (open.length === 0)
    return found('Connected', 'Connected', 'every host reaches the testbed through its edge router');
  return missing('Connected', 'Wiring', open.join('; '));
}

function allProven(experiment: DesiredExperiment, { connections }: ExperimentFacts): Finding {
  if (experiment.connections.length === 0)
    return found('Proven', 'NoConnections', 'there is no connection to prove');
  const findings = experiment.connections.map(({ name }) => {
    const finding = proven(connections.get(name) ?? { verdict: undefined, probeFailure: undefined });
    return { ...finding, message: `${name}: ${finding.message}` };
  });
  const amiss = findings.filter((finding) => finding.status !== 'True');
  const worst = amiss.find(({ neutral }) => neutral !== true) ?? amiss[0];
  if (worst !== undefined) return { ...worst, message: amiss.map(({ message }) => message).join('; ') };
  return found('Proven', 'Proven', findings.map(({ message }) => message).join('; '));
}

/** All of an Experiment's status but its conditions. What `previous` says was lost counts until that is measured again: a new operator has not yet. */
export function experimentBody(
  facts: ExperimentFacts,
  previous?: ExperimentStatus,
): Omit<ExperimentStatus, 'conditions' | 'observedGeneration'> {
  const { experiment, hosts, connections } = facts;
  if (experiment === undefined) return {};
  return {
    hosts: experiment.hosts.map(({ name, address }) => {
      const node = hosts.get(name)?.placed?.node;
      return { name, address, ...(node !== undefined && { node }) };
    }),
    connections: experiment.connections.map(({ name, layer, path, from, to }) => {
      const { rttMs, proof, lossPercent: lost } = connections.get(name) ?? {};
      const before = previous?.connections?.find((one) => one.name === name && one.path === path);
      const lossPercent = lost ?? before?.lossPercent;
      return {
        name,
        layer,
        path,
        ...(from.address !== from.host && { addresses: { from: from.address, to: to.address } }),
        ...(rttMs !== undefined && { rttMs }),
        ...(lossPercent !== undefined && { lossPercent }),
        ...(proof !== undefined && { proof }),
      };
    }),
  };
}
