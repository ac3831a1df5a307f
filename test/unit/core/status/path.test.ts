import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../../../src/core/status/conditions.ts';
import { type PathFacts, pathFindings } from '../../../../src/core/status/path.ts';

const ELSEWHERE: PathFacts = {
  valid: { type: 'Valid', status: 'True', reason: 'Valid', message: 'the object was accepted' },
  path: { name: 'long', engineering: 'bgp', via: ['r1', 'r2'], links: [] },
  links: new Map(),
  sessionsDown: [],
  shapedEnd: () => undefined,
  segmentedRouter: () => undefined,
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

describe('a Path whose links have properties', () => {
  const rest = { jitterUs: 0, loss: 0, duplicate: 0, reorder: 0, corrupt: 0 };
  const egress = { ...rest, rate: 2e6, delayUs: 20_000 };
  const link = {
    between: ['r1', 'r2'] as const,
    ...{ network: 'link/r1--r2', subnet: '10.0.0.0/27', addresses: ['10.0.0.2', '10.0.0.3'] as const },
    shape: { mtu: undefined, control: 'exempt' as const, egress: { r1: egress, r2: egress } },
  };
  const shaped = (shapedEnd: PathFacts['shapedEnd'], more: Partial<PathFacts> = {}): object =>
    conditions({
      path: { name: 'p', engineering: 'bgp', via: ['r1', 'r2'], links: [link] },
      links: new Map([['link/r1--r2', { name: 'x', plugged: true }]]),
      shapedEnd,
      ...more,
    });

  it('waits until both ends have them', () => {
    const end: PathFacts['shapedEnd'] = (router) => (router === 'r1' ? { node: 'n1' } : undefined);
    expect(shaped(end)).toMatchObject({ Impaired: 'Unknown Shaping', Ready: 'False Shaping' });
  });

  it('is Ready when they have', () => {
    const conditionsThen = shaped(() => ({ node: 'n1' }));
    expect(conditionsThen).toMatchObject({ Impaired: 'True Applied', Ready: 'True Ready' });
  });

  it('is Ready when a kernel can not', () => {
    const conditionsThen = shaped(() => ({ node: 'n1', lacksNetem: true }));
    expect(conditionsThen).toMatchObject({ Impaired: 'False KernelLacksNetem', Ready: 'True Ready' });
  });

  it('is not Ready when a kernel refuses', () => {
    const conditionsThen = shaped(() => ({ node: 'n1', failure: 'no HTB' }));
    expect(conditionsThen).toMatchObject({ Impaired: 'False ShapingFailed', Ready: 'False ShapingFailed' });
  });

  it('is Ready when packets take longer than anybody waits', () => {
    const verdict = { proven: false, reason: 'TooSlow', message: 'packets take 360 s longer' };
    const conditionsThen = shaped(() => ({ node: 'n1' }), { verdict, used: true });
    expect(conditionsThen).toMatchObject({ Proven: 'Unknown TooSlow', Ready: 'True Ready' });
  });

  it('says nothing of it when they have none', () => {
    expect(conditions({})).not.toHaveProperty('Impaired');
  });
});
