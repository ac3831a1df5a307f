import type { Impact, NetworkChange, WorkloadChange } from '../core/diff/impact.ts';
import { NO_SESSION, sessionText } from '../core/diff/impact-text.ts';
import type { FieldChange } from '../core/diff/service-changes.ts';
import { hunks } from './hunks.ts';
import { refName } from './kinds.ts';
import type { ObjectChange } from './object-changes.ts';
import type { Output } from './output.ts';
import { indent } from './sections.ts';

/** What `hinge diff` found out. */
export interface Foreseen {
  readonly objects: readonly ObjectChange[];
  readonly impact: Impact;
}

type Paint = Output['paint'];

const OBJECT_WORDS: Readonly<Record<ObjectChange['change'], string>> = {
  created: 'is created',
  changed: 'is changed',
  unchanged: 'is unchanged',
  frozen: 'is frozen: nothing changes until its annotation hinge.testbed/reconcile is gone',
};

/** For people, in the order in which they want to know. */
export function formatForesight({ objects, impact }: Foreseen, paint: Paint): string {
  const { workloads, networks, sessions } = impact;
  const sections = [
    objects.map((object) => objectText(object, paint)),
    headed('Containers:', workloads, (change) => workloadText(change, paint)),
    headed('Networks:', networks, networkText),
    headed('Sessions that are touched:', sessions, sessionText),
    sessions.length === 0 ? [NO_SESSION] : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function headed<T>(head: string, items: readonly T[], text: (item: T) => string): string[] {
  return items.length === 0 ? [] : [head, ...items.map((item) => indent(text(item)))];
}

function objectText({ ref, change, given, diff }: ObjectChange, paint: Paint): string {
  const waiting = given ? '' : ' (in etcd already, not accepted yet)';
  const line = `${refName(ref)} ${OBJECT_WORDS[change]}${waiting}`;
  return diff === '' ? line : `${line}\n${indent(painted(diff, paint))}`;
}

function workloadText({ key, change, fields, configuration }: WorkloadChange, paint: Paint): string {
  const why = fields.map(fieldText).join(', ');
  const line = change === 'configured' ? `${key} is configured in place` : `${key} is ${change}`;
  const lines = configuration === undefined ? '' : hunks(configuration.before, configuration.after);
  return `${line}${why === '' ? '' : `: ${why}`}${lines === '' ? '' : `\n${indent(painted(lines, paint))}`}`;
}

const MIB = 2 ** 20;

/** A value in the words of the objects. */
function valueText(field: FieldChange['field'], value: FieldChange['before']): string {
  if (field === 'memoryBytes') return value === 0 ? 'no limit' : `${String(Number(value) / MIB)}Mi`;
  if (field === 'nanoCpus') return value === 0 ? 'no limit' : String(Number(value) / 1e9);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const FIELD_WORDS: Readonly<Partial<Record<string, string>>> = {
  memoryBytes: 'memory',
  nanoCpus: 'cpus',
  constraints: 'placement',
};

const fieldText = ({ field, before, after }: FieldChange): string =>
  `${FIELD_WORDS[field] ?? field} ${valueText(field, before)} → ${valueText(field, after)}`;

function networkText({ key, change, before, after }: NetworkChange): string {
  if (change === 'replaced') return `${key} is replaced: ${before ?? ''} → ${after ?? ''}`;
  if (change === 'changed') return `${key} gets other addresses`;
  return `${key} is ${change} (${after ?? before ?? ''})`;
}

function painted(diff: string, paint: Paint): string {
  const color = (line: string): string =>
    line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : line;
  return diff.split('\n').map(color).join('\n');
}

/** For programs. */
export const foresightDocument = ({ objects, impact }: Foreseen): unknown => ({
  objects: objects.map(({ ref, ...change }) => ({ ...ref, ...change })),
  containers: impact.workloads.map(({ key, change, fields, configuration }) => ({
    workload: key,
    change,
    fields,
    ...(configuration !== undefined && {
      configuration: hunks(configuration.before, configuration.after),
    }),
  })),
  networks: impact.networks.map(({ key, ...change }) => ({ network: key, ...change })),
  sessions: impact.sessions,
});
