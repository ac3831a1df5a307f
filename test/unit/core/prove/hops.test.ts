import { describe, expect, it } from 'vitest';
import { HopJudge, type SeenHop } from '../../../../src/core/prove/hops.ts';
import { type ProbeDirection } from '../../../../src/core/prove/probe.ts';
import { deviationOf } from '../../../../src/core/prove/verdict.ts';

const DIRECTION: ProbeDirection = {
  from: 'host/e/a',
  to: '10.0.9.3',
  hops: [
    { router: 'r1', address: '10.0.1.2' },
    { router: 'r2', address: '10.0.2.3' },
  ],
};

const seen = (ttl: number, address: string | undefined, unreachable = false): SeenHop => ({
  ttl,
  address,
  rttMs: address === undefined ? undefined : 1,
  unreachable,
});

describe('hops that are judged one at a time', () => {
  it.each<[string, readonly (string | undefined)[], number | undefined]>([
    ['all are right', ['10.0.1.2', '10.0.2.3', '10.0.9.3'], undefined],
    ['one is silent', ['10.0.1.2', undefined, '10.0.9.3'], 2],
    ['one is another', ['10.0.7.7', '10.0.2.3', '10.0.9.3'], 1],
    ['packets arrive too early', ['10.0.1.2', '10.0.9.3'], 2],
    ['packets arrive too late', ['10.0.1.2', '10.0.2.3', '10.0.7.7', '10.0.9.3'], 3],
    ['packets end', ['10.0.1.2'], 2],
    ['nothing comes', [], 1],
  ])('agree with the proof when %s', (_what, addresses, wrong) => {
    const hops = addresses.map((address, index) => seen(index + 1, address));
    const judge = new HopJudge(DIRECTION);
    for (const hop of hops) judge.see(hop);
    judge.end();
    expect(judge.firstWrong?.ttl).toBe(wrong);
    const deviation = deviationOf(DIRECTION, { reached: true, hops }, (address) => address);
    expect(deviation?.message.startsWith(`hop ${String(wrong)} of 3`) ?? false).toBe(wrong !== undefined);
  });

  it('are wrong when whoever answered has no way on', () => {
    const judge = new HopJudge(DIRECTION);
    judge.see(seen(1, '10.0.1.2', true));
    expect(judge.firstWrong?.ttl).toBe(1);
  });
});
