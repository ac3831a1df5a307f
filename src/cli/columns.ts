import type { Kind } from '../api/object.ts';
import type { ExperimentStatus, PathStatus, RouterStatus } from '../api/status.ts';
import type { TestbedObject } from '../api/object.ts';
import { formatSince } from './table.ts';
import { conditionOf, type ObjectView, readiness, reasonOf } from './view.ts';

interface Column {
  readonly head: string;
  /** Only with -o wide. */
  readonly wide?: true;
  readonly value: (view: ObjectView, now: number) => string | number | undefined;
}

const NAME: Column = { head: 'NAME', value: ({ ref }) => ref.name };
const READY: Column = { head: 'READY', value: readiness };
const REASON: Column = { head: 'REASON', value: reasonOf };
const SINCE: Column = {
  head: 'SINCE',
  value: (view, now) => formatSince(conditionOf(view, 'Ready')?.lastTransitionTime, now),
};
const MESSAGE: Column = {
  head: 'MESSAGE',
  wide: true,
  value: (view) => {
    const valid = conditionOf(view, 'Valid');
    if (valid?.status === 'False') return valid.message;
    return readiness(view) === 'True' ? '' : conditionOf(view, 'Ready')?.message;
  },
};

/** What runs; what is written when nothing runs yet. */
const objectOf = (view: ObjectView): TestbedObject | undefined => view.accepted?.object ?? view.object;

const routerStatus = (view: ObjectView): RouterStatus | undefined => view.status;
const pathStatus = (view: ObjectView): PathStatus | undefined => view.status;
const experimentStatus = (view: ObjectView): ExperimentStatus | undefined => view.status;

const ROUTER: readonly Column[] = [
  { head: 'ASN', value: (view) => routerStatus(view)?.asn },
  { head: 'ROUTER-ID', value: (view) => routerStatus(view)?.routerId },
  {
    head: 'SESSIONS',
    value: (view) => {
      const sessions = routerStatus(view)?.sessions;
      const up = sessions?.filter(({ state }) => state === 'Established').length;
      return sessions === undefined ? undefined : `${String(up)}/${String(sessions.length)}`;
    },
  },
  { head: 'NODE', value: (view) => routerStatus(view)?.node },
  { head: 'LOOPBACK', wide: true, value: (view) => routerStatus(view)?.loopback },
  { head: 'CONTAINER', wide: true, value: (view) => routerStatus(view)?.container?.slice(0, 12) },
];

/** `a > b > c`, shortened in the middle: the ends are what a Path is known by. */
function via(view: ObjectView, most: number): string | undefined {
  const object = objectOf(view);
  if (object?.kind !== 'Path') return undefined;
  const names = object.spec.via;
  if (names.length <= most) return names.join(' > ');
  return `${names.slice(0, most - 2).join(' > ')} > … > ${names.at(-1) ?? ''}`;
}

const PATH: readonly Column[] = [
  {
    head: 'HOPS',
    value: (view) => {
      const object = objectOf(view);
      return object?.kind === 'Path' ? object.spec.via.length - 1 : undefined;
    },
  },
  { head: 'VIA', value: (view) => via(view, 4) },
  { head: 'PROVEN', value: (view) => conditionOf(view, 'Proven')?.status },
  { head: 'AS-PATH', wide: true, value: (view) => pathStatus(view)?.proof?.asPath.join(' ') },
];

const EXPERIMENT: readonly Column[] = [
  {
    head: 'HOSTS',
    value: (view) =>
      experimentStatus(view)
        ?.hosts?.map(({ name }) => name)
        .join(','),
  },
  {
    head: 'CONNECTIONS',
    value: (view) =>
      experimentStatus(view)
        ?.connections?.map(({ name, rttMs }) =>
          rttMs === undefined ? name : `${name} (${rttMs.toFixed(1)} ms)`,
        )
        .join(','),
  },
  { head: 'PROVEN', value: (view) => conditionOf(view, 'Proven')?.status },
  {
    head: 'ADDRESSES',
    wide: true,
    value: (view) =>
      experimentStatus(view)
        ?.hosts?.map(({ address }) => address)
        .join(','),
  },
];

const BY_KIND: Readonly<Record<Kind, readonly Column[]>> = {
  Router: ROUTER,
  Path: PATH,
  Experiment: EXPERIMENT,
};

const columnsOf = (kind: Kind, wide: boolean): readonly Column[] =>
  [NAME, READY, REASON, ...BY_KIND[kind], SINCE, MESSAGE].filter((column) => wide || column.wide !== true);

export const headOf = (kind: Kind, wide: boolean): readonly string[] =>
  columnsOf(kind, wide).map(({ head }) => head);

/** One line of `hinge get`. @param now milliseconds since the epoch */
export const rowOf = (view: ObjectView, wide: boolean, now: number): readonly string[] =>
  columnsOf(view.ref.kind, wide).map(({ value }) => String(value(view, now) ?? ''));
