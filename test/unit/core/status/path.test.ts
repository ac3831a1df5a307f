import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../../../src/core/status/conditions.ts';
import { type PathFacts, pathFindings } from '../../../../src/core/status/path.ts';

const ELSEWHERE: PathFacts = {
  valid: { type: 'Valid', status: 'True', reason: 'Valid', message: 'the object was accepted' },
  path: { name: 'long', via: ['r1', 'r2'], links: [] },
  links: new Map(),
  sessionsDown: [],
  shapedEnd: () => undefined,
  verdict: { proven: false, reason: 'OtherPath', message: 'forward: hop 1 should be r2, but was r3' },
  proof: undefined,
  probeFailure: undefined,
  used: false,
};
const conditions = (facts: Partial<PathFacts>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    conditionsOf(pathFindings({ ...ELSEWHERE, ...facts }), [], { generation: 1, now: '' }).map(
      ({ type, status, reason }) => [type, `${status} ${reason}`],
    ),
  );

describe('a Path that packets do not take', () => {
  it('is not proven, and Ready all the same, while no connection names it', () => {
    expect(conditions({})).toMatchObject({ Proven: 'Unknown NotUsed', Ready: 'True Ready' });
  });

  it('is not Ready when a connection does', () => {
    expect(conditions({ used: true })).toMatchObject({ Proven: 'False OtherPath', Ready: 'False OtherPath' });
  });

  it('is not Ready when nothing answers, whoever names it', () => {
    const verdict = { proven: false, reason: 'NoAnswer', message: 'not answered yet' };
    expect(conditions({ verdict })).toMatchObject({ Proven: 'False NoAnswer', Ready: 'False NoAnswer' });
  });
});
