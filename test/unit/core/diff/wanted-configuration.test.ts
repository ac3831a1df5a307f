import { describe, expect, it } from 'vitest';
import type { RouterSession, RouterState } from '../../../../src/core/diff/observed-router.ts';
import { runsPlan, wantedFirst, wantedNow } from '../../../../src/core/diff/wanted-configuration.ts';
import type { RouterSetup } from '../../../../src/core/plan/desired.ts';
import { watchedIn } from '../../../../src/core/render/frr.ts';
import { Bench, path, router } from '../plan/bench.ts';

const bench = new Bench().put(
  router('r1'),
  router('r2', { extraConfig: 'router bgp 65002\n neighbor 192.0.2.1 bfd\nexit\n' }),
  router('r3'),
  path('p', ['r1', 'r2', 'r3']),
);
const setup = bench.settle().desired.workloads.find(({ key }) => key === 'router/r2')?.setup as RouterSetup;
const [left = '', right = ''] = setup.sessions.map(({ address }) => address);

const session = (address: string, more: Partial<RouterSession>): RouterSession => ({
  ...{ address, asn: 65001, state: 'Established', establishedAt: undefined, prefixesReceived: 0 },
  ...{ upMs: 0, watched: false },
  ...more,
});
const state = (appliedHash: string | undefined, ...sessions: readonly RouterSession[]): RouterState => ({
  ...{ ready: true, appliedHash, drift: [], sessions, interfaces: [] },
});

describe('the configuration that a router should run now', () => {
  it('is without BFD in a new container, but keeps what the user wrote', () => {
    const { text, hash } = wantedNow(setup, undefined);
    expect([...watchedIn(text)]).toEqual(['192.0.2.1']);
    expect(hash).not.toBe(setup.configuration.hash);
  });

  it('has BFD for the neighbours whose session is up once all of these have been for long enough', () => {
    const early = state(undefined, session(left, { upMs: 60_000 }), session(right, { upMs: 19_999 }));
    expect([...watchedIn(wantedNow(setup, early).text)]).toEqual(['192.0.2.1']);
    const late = state(undefined, session(left, { upMs: 60_000 }), session(right, { upMs: 20_000 }));
    expect(wantedNow(setup, late)).toEqual(setup.configuration);
    const without = state(
      undefined,
      session(left, { upMs: 20_000 }),
      session(right, { state: 'Active', upMs: undefined }),
    );
    expect([...watchedIn(wantedNow(setup, without).text)]).toEqual([left, '192.0.2.1']);
  });

  it('keeps BFD where it is while a session is down, since taking it away resets the next one', () => {
    const down = { state: 'Active', upMs: undefined };
    const seen = state(
      undefined,
      session(left, { ...down, watched: true }),
      session(right, { upMs: 60_000, watched: true }),
    );
    expect(wantedNow(setup, seen)).toEqual(setup.configuration);
  });

  it('is the plan with and without BFD, and nothing else is', () => {
    const seen = [session(left, { upMs: 60_000 }), session(right, { upMs: 60_000 })];
    const { hash } = wantedNow(setup, undefined);
    expect(runsPlan(setup, state(hash, ...seen))).toBe(true);
    expect(wantedNow(setup, state(hash, ...seen)).hash).not.toBe(hash);
    expect(runsPlan(setup, state('another', ...seen))).toBe(false);
    expect(runsPlan(setup, state(undefined, ...seen))).toBe(false);
  });
});

describe('the configuration of a router that names its interfaces', () => {
  const vyos = new Bench()
    .put(router('r1', { platform: 'vyos' }), router('r2'), path('p', ['r1', 'r2']))
    .settle().desired.workloads[0]?.setup as RouterSetup;
  const address = /address "(10\.200\.[\d./]+)"/.exec(vyos.configuration.text)?.[1] ?? '';
  const plugged = (name: string) => ({ name, address, mac: '' });

  it('has the names that they have, and only those that are there', () => {
    expect(vyos.configuration.text).toContain('{interface:');
    expect(wantedNow(vyos, undefined).text).not.toMatch(/interface:|ethernet/);
    const first = wantedFirst(vyos, [plugged('eth3')]);
    expect(first.text).toMatch(/ethernet eth3 \{\n\s+address "10\.200/);
    expect(first.text).not.toContain('bfd {\n                profile');
    const there = { ...state(first.hash), interfaces: [plugged('eth3')] };
    expect(runsPlan(vyos, there)).toBe(true);
    expect(runsPlan(vyos, { ...there, interfaces: [plugged('eth4')] })).toBe(false);
    // What has lost its address is still that interface.
    expect(runsPlan(vyos, { ...there, interfaces: [], bare: [plugged('eth3')] })).toBe(true);
  });
});
