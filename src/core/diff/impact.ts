import equal from 'fast-deep-equal';
import type { DesiredNetwork, DesiredState, DesiredWorkload } from '../plan/desired.ts';
import { containerChanges, type FieldChange, serviceChanges } from './service-changes.ts';
import { type TouchedSession, touchedSessions } from './touched-sessions.ts';

/** What becomes of one container. */
export interface WorkloadChange {
  /** Key of the workload. */
  readonly key: string;
  /** `replaced`: another container takes its place. `configured`: the same one goes on with another configuration. */
  readonly change: 'created' | 'removed' | 'replaced' | 'configured';
  /** Why it is replaced. */
  readonly fields: readonly FieldChange[];
  /** A router's configuration, where it is there before and after, and differs. */
  readonly configuration: { readonly before: string; readonly after: string } | undefined;
}

export interface NetworkChange {
  /** Key of the network. */
  readonly key: string;
  /** `replaced`: another network takes its place. `changed`: other addresses are plugged into it. */
  readonly change: 'added' | 'removed' | 'replaced' | 'changed';
  /** CIDR. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a change of the plan does to what runs. */
export interface Impact {
  readonly workloads: readonly WorkloadChange[];
  readonly networks: readonly NetworkChange[];
  /** BGP sessions of the plan before that do not simply go on. */
  readonly sessions: readonly TouchedSession[];
}

/** Compares two plans. Sorted by key, as plans are. */
export function impactOf(before: DesiredState, after: DesiredState): Impact {
  const workloads = pairs(before.workloads, after.workloads).flatMap(workloadChange);
  return {
    workloads,
    networks: pairs(before.networks, after.networks).flatMap(networkChange),
    sessions: touchedSessions(before, after, new Map(workloads.map((change) => [change.key, change.fields]))),
  };
}

interface Pair<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

function pairs<T extends { readonly key: string }>(
  before: readonly T[],
  after: readonly T[],
): readonly Pair<T>[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((item) => [item.key, item])));
  const keys = [...new Set([...before, ...after].map(({ key }) => key))].sort();
  return keys.map((key) => ({ key, before: old?.get(key), after: now?.get(key) }));
}

function workloadChange({ key, before, after }: Pair<DesiredWorkload>): WorkloadChange[] {
  if (before === undefined || after === undefined) {
    const change = before === undefined ? 'created' : 'removed';
    return [{ key, change, fields: [], configuration: undefined }];
  }
  const fields = [
    ...serviceChanges(before.service, after.service),
    ...containerChanges(before.container, after.container),
  ];
  const configured = !equal(before.setup, after.setup);
  if (fields.length === 0 && !configured) return [];
  return [
    {
      key,
      change: fields.length > 0 ? 'replaced' : 'configured',
      fields,
      configuration: configurations(before, after),
    },
  ];
}

function configurations(
  { setup: before }: DesiredWorkload,
  { setup: after }: DesiredWorkload,
): WorkloadChange['configuration'] {
  if (before.type !== 'router' || after.type !== 'router') return undefined;
  if (before.configuration.hash === after.configuration.hash) return undefined;
  return { before: before.configuration.text, after: after.configuration.text };
}

function networkChange({ key, before, after }: Pair<DesiredNetwork>): NetworkChange[] {
  const subnets = { before: before?.subnet, after: after?.subnet };
  if (before === undefined) return [{ key, change: 'added', ...subnets }];
  if (after === undefined) return [{ key, change: 'removed', ...subnets }];
  if (before.name !== after.name) return [{ key, change: 'replaced', ...subnets }];
  return equal(before.endpoints, after.endpoints) ? [] : [{ key, change: 'changed', ...subnets }];
}
