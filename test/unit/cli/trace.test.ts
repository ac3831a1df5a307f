import { describe, expect, it } from 'vitest';
import { chosenProbes } from '../../../src/cli/trace-choice.ts';
import { says, shownDirection, TraceText } from '../../../src/cli/trace-text.ts';
import { HopJudge } from '../../../src/core/prove/hops.ts';
import { probeOfConnection, probeOfPath } from '../../../src/core/prove/probe.ts';
import { lookedAt } from './look.ts';

const desired = lookedAt();

describe('what hinge trace sends', () => {
  it.each(['over', 'path/over', 'look/ab'])(
    'for %s is what the operator sends for the connection',
    (what) => {
      const [connection] = desired.experiments.get('look')?.connections ?? [];
      if (connection === undefined) throw new Error('the plan has no connection');
      expect(chosenProbes(desired, what)).toEqual([
        { path: 'over', connection: 'look/ab', probe: probeOfConnection(connection) },
      ]);
    },
  );

  it('for a Path without connections is sent between its outer routers', () => {
    const path = desired.paths.get('part');
    if (path === undefined) throw new Error('the plan has no Path');
    const probe = probeOfPath(path, desired.workloads);
    expect(chosenProbes(desired, 'part')).toEqual([{ path: 'part', connection: undefined, probe }]);
  });

  it('for a Path of a suspended Experiment is sent between its outer routers', () => {
    const suspended = lookedAt({ suspend: true });
    expect(chosenProbes(suspended, 'over')).toMatchObject([{ connection: undefined }]);
    expect(() => chosenProbes(suspended, 'look/ab')).toThrow('Experiment "look" is suspended');
  });

  it.each([
    ['ovr', /no Path or EXPERIMENT\/CONNECTION "ovr".*; did you mean over\?/],
    ['look/ac', /Experiment "look" has no complete connection "ac"; it has: ab/],
  ])('for %s is nothing, and says why', (what, message) => {
    expect(() => chosenProbes(desired, what)).toThrow(message);
  });
});

describe('what hinge trace shows', () => {
  const [{ probe } = { probe: undefined }] = chosenProbes(desired, 'look/ab');
  if (probe === undefined) throw new Error('the plan has no connection');
  const { forward } = probe;

  const shown = (...answers: readonly (string | undefined)[]): { lines: string[]; judge: HopJudge } => {
    const text = new TraceText(desired, [forward]);
    const judge = new HopJudge(forward);
    const lines = [text.head()];
    for (const [index, address] of answers.entries()) {
      const rttMs = address === undefined ? undefined : 0.25;
      const judged = judge.see({ ttl: index + 1, address, rttMs, unreachable: false });
      if (says(judged)) lines.push(text.hop(judged, judged === judge.firstWrong));
    }
    const missing = judge.end();
    if (missing !== undefined) lines.push(text.hop(missing, true));
    return { lines, judge };
  };

  it('is a line a hop with what was expected there', () => {
    const { lines, judge } = shown('10.1.10.2', '10.1.1.3', '10.1.2.3', '10.1.20.3');
    expect(`\n${lines.join('\n')}`).toBe(`
  HOP  ROUTER  ADDRESS                  RTT  EXPECTED
    1  west    10.1.10.2           0.250 ms  west (10.1.10.2)
    2  middle  10.1.1.3            0.250 ms  middle (10.1.1.3)
    3  east    10.1.2.3            0.250 ms  east (10.1.2.3)
    4  look/b  10.1.20.3           0.250 ms  look/b (10.1.20.3)`);
    expect(shownDirection(desired, forward, judge, undefined)).toMatchObject({
      from: 'look/a',
      to: '10.1.20.3',
      right: true,
      hops: [{ hop: 1, seen: { name: 'west', address: '10.1.10.2', rttMs: 0.25 }, right: true }, {}, {}, {}],
    });
  });

  it('marks the first hop that is wrong, and leaves out silence beyond the end', () => {
    const { lines, judge } = shown('10.1.10.2', '192.0.2.1', undefined, undefined, undefined, undefined);
    expect(lines.slice(2)).toEqual([
      '    2  192.0.2.1  192.0.2.1           0.250 ms  middle (10.1.1.3)  <-- the first hop that is wrong',
      '    3  *       *                          -  east (10.1.2.3)',
      '    4  *       *                          -  look/b (10.1.20.3)',
    ]);
    expect(shownDirection(desired, forward, judge, 'hop 2')).toMatchObject({
      right: false,
      firstWrong: 2,
      message: 'hop 2',
    });
  });

  it('marks the hop before which packets end', () => {
    const { lines } = shown('10.1.10.2');
    expect(lines.at(-1)).toMatch(/^ {4}2 .*middle \(10\.1\.1\.3\) {2}<-- the first hop that is wrong$/);
  });
});
