import { describe, expect, it } from 'vitest';
import { termCauses } from '../../../../src/core/diff/term-causes.ts';
import type { DesiredSession } from '../../../../src/core/plan/desired.ts';

const PLAIN: DesiredSession = { peer: 'r2', asn: 2, address: '10.0.0.2', network: 'link/r1--r2' };
const limit = (count: number, action: 'warn' | 'reset'): DesiredSession => ({
  ...PLAIN,
  policy: { import: [], export: [], maximumPrefixes: { limit: count, action } },
});
const signed = (secret: string, revision: string): DesiredSession => ({
  ...PLAIN,
  password: { secret, revision },
});
const pace = { keepalive: 1, hold: 3, connect: 1, bfdMs: 500 };

describe('other terms of a session', () => {
  const causes = (
    before: DesiredSession,
    after: DesiredSession,
    newTimers: 'wait' | 'reset' = 'wait',
  ): readonly string[] =>
    termCauses('r1', before, after, { newTimers }).map(({ fate, text }) => `${fate}: ${text}`);

  it('reset it when BFD goes, not when it comes', () => {
    expect(causes(PLAIN, { ...PLAIN, bfd: false })).toEqual(['reset: BFD is taken off it at r1']);
    expect(causes({ ...PLAIN, bfd: false }, PLAIN)).toEqual([]);
  });

  it('reset it with every change of the password', () => {
    expect(causes(PLAIN, signed('a', '1'))).toEqual(['reset: r1 goes from no password to secret a for it']);
    expect(causes(signed('a', '1'), PLAIN)).toEqual(['reset: r1 goes from secret a to no password for it']);
    expect(causes(signed('a', '1'), signed('b', '1'))).toEqual([
      'reset: r1 goes from secret a to secret b for it',
    ]);
    expect(causes(signed('a', '1'), signed('a', '2'))).toEqual([
      'reset: the value of secret a changes at r1',
    ]);
    expect(causes(signed('a', '1'), signed('a', '1'))).toEqual([]);
  });

  it('reset it when EVPN comes or goes', () => {
    expect(causes(PLAIN, { ...PLAIN, evpn: true })).toEqual([
      'reset: it begins to carry what layer-2 connections need (EVPN)',
    ]);
    expect(causes({ ...PLAIN, evpn: true }, PLAIN)).toEqual([
      'reset: it does not carry any more what layer-2 connections need (EVPN)',
    ]);
    expect(causes({ ...PLAIN, evpn: true }, { ...PLAIN, evpn: true })).toEqual([]);
  });

  it('may end it with a lower limit of prefixes', () => {
    expect(causes(PLAIN, limit(5, 'reset'))).toEqual([
      'perhaps: r1 ends it if it hears more than 5 prefixes',
    ]);
    expect(causes(limit(5, 'warn'), limit(5, 'reset'))).toHaveLength(1);
    expect(causes(limit(5, 'reset'), limit(6, 'reset'))).toEqual([]);
    expect(causes(PLAIN, limit(5, 'warn'))).toEqual([]);
  });

  it('reset it with other timers where the platform says so', () => {
    expect(causes(PLAIN, { ...PLAIN, pace }, 'reset')).toEqual([
      'reset: r1 goes from timers of 3, 9 and 1 s to 1, 3 and 1 s for it',
    ]);
    const slowBfd = { keepalive: 3, hold: 9, connect: 1, bfdMs: 900 };
    expect(causes(PLAIN, { ...PLAIN, pace: slowBfd }, 'reset')).toEqual([]);
  });

  it('leave it alone with everything else', () => {
    const policy = { import: [{ action: 'deny' as const }], export: [], defaultOriginate: true };
    expect(causes(PLAIN, { ...PLAIN, pace, policy })).toEqual([]);
  });
});
