import os from 'node:os';
import Table from 'cli-table3';
import type { Contender } from './contender.ts';
import type { Measured, Stages } from './run.ts';
import { median, spread } from './statistics.ts';

/** What hinge may take, measured in what the floor takes. */
const TARGET = 1.25;

const STAGES: readonly (readonly [name: string, key: keyof Stages])[] = [
  ['networks created', 'networksCreated'],
  ['services created', 'servicesCreated'],
  ['containers running', 'containersRunning'],
  ['networks on nodes', 'networksOnNodes'],
  ['plugged', 'plugged'],
  ['configured', 'configured'],
  ['last prefix', 'lastPrefix'],
  ['proven', 'proven'],
  ['all Ready', 'ready'],
];

const COSTS: readonly (readonly [name: string, of: (run: Measured) => number, digits: number])[] = [
  ['gone again, s', (run) => run.gone, 1],
  ['CPU of its process, s', (run) => run.usage.cpuSeconds, 1],
  ['peak memory, MiB', (run) => run.usage.peakMiB, 0],
  ['CPU of the machine, s', (run) => run.machineCpu, 1],
  ['Docker writes', (run) => run.docker.writes, 0],
  ['Docker reads', (run) => run.docker.reads, 0],
  ['etcd writes', (run) => run.etcdWrites, 0],
  ['networks × nodes', (run) => run.helperPlugs, 0],
  ['machine busy before, %', (run) => run.busyBefore * 100, 0],
];

export const progressLine = ({ contender, stages, gone, busyBefore }: Measured): string =>
  [
    contender.padEnd(5),
    ...STAGES.map(([name, key]) => `${name} ${stages[key]?.toFixed(1) ?? '-'}`),
    `gone ${gone.toFixed(1)}`,
    `(machine ${(busyBefore * 100).toFixed(0)} % busy before)`,
  ].join('  ');

const definedStages = (runs: readonly Measured[], key: keyof Stages): readonly number[] =>
  runs.flatMap(({ stages }) => stages[key] ?? []);

const ofContender = (runs: readonly Measured[], name: Contender['name']): readonly Measured[] =>
  runs.filter(({ contender }) => contender === name);

/** hinge's time by the floor's, of each pair of runs in the order in which they were made. */
export function ratios(runs: readonly Measured[], key: 'lastPrefix' | 'proven'): readonly number[] {
  const floors = ofContender(runs, 'floor');
  return ofContender(runs, 'hinge').flatMap(({ stages }, pair) => {
    const floor = floors[pair];
    return floor === undefined ? [] : [stages[key] / floor.stages[key]];
  });
}

/** The table for people. */
export function report(runs: readonly Measured[]): string {
  const [hinge, floor] = [ofContender(runs, 'hinge'), ofContender(runs, 'floor')];
  const table = new Table({
    head: ['seconds until', 'hinge', 'floor', 'difference'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, key] of STAGES) {
    const [ours, theirs] = [definedStages(hinge, key), definedStages(floor, key)];
    const difference = theirs.length === 0 ? '' : (median(ours) - median(theirs)).toFixed(1);
    table.push([name, spread(ours), spread(theirs), difference]);
  }
  for (const [name, of, digits] of COSTS)
    table.push([name, spread(hinge.map(of), digits), spread(floor.map(of), digits), '']);
  return [
    table.toString(),
    `Medians of ${String(hinge.length)} runs each (least–most); ${String(os.availableParallelism())} processors.`,
    ratioLine('last prefix', ratios(runs, 'lastPrefix')),
    ratioLine('proven', ratios(runs, 'proven')),
  ].join('\n');
}

function ratioLine(name: string, all: readonly number[]): string {
  const each = all.map((ratio) => ratio.toFixed(2)).join(' ');
  const verdict = median(all) <= TARGET ? 'within' : 'beyond';
  return `hinge / floor, ${name}: ${median(all).toFixed(2)} (${each}), ${verdict} the target of ${String(TARGET)}`;
}

/** For programs. */
export const jsonReport = (runs: readonly Measured[]): string =>
  `${JSON.stringify(
    {
      processors: os.availableParallelism(),
      target: TARGET,
      ratio: {
        lastPrefix: { each: ratios(runs, 'lastPrefix'), median: median(ratios(runs, 'lastPrefix')) },
        proven: { each: ratios(runs, 'proven'), median: median(ratios(runs, 'proven')) },
      },
      runs,
    },
    undefined,
    2,
  )}\n`;
