import { describe, expect, it } from 'vitest';
import { heldText } from '../../../../src/core/guard/deletions.ts';
import { Bench, existing, path, router } from '../plan/bench.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_none, at) => `r${String(at)}`);
const texts = (count: number): string[] => names(count).map((name) => `Router/${name}`);

/** So many Routers that run, under a guard of 20 %. */
function running(count: number): Bench {
  const bench = new Bench();
  bench.share = 0.2;
  bench.put(...names(count).map((name) => router(name)));
  bench.converge();
  return bench;
}

const workloads = (bench: Bench): number => bench.settle().desired.workloads.length;
const created = (bench: Bench, text: string): bigint => bench.accepted.get(text)?.created ?? -1n;

describe('deletions', () => {
  it.each([
    { of: 8, deleted: 5, held: 0 },
    { of: 8, deleted: 6, held: 6 },
    { of: 40, deleted: 8, held: 0 },
    { of: 40, deleted: 9, held: 9 },
    { of: 40, deleted: 40, held: 40 },
  ])('of $deleted of $of objects at once hold $held', ({ of, deleted, held }) => {
    const bench = running(of);
    const decided = bench.delete(...texts(deleted)).settle();
    expect(decided.held.size).toBe(held);
    expect(decided.removing).toHaveLength(deleted - held);
    expect(decided.desired.workloads).toHaveLength(of - deleted + held);
  });

  it('of any number go when the guard is off', () => {
    const bench = running(8);
    bench.share = undefined;
    expect(bench.delete(...texts(8)).settle().removing).toHaveLength(8);
    bench.converge();
    expect([bench.accepted.size, bench.allocations.size]).toEqual([0, 0]);
  });

  it('that trickle, each being completed, go through', () => {
    const bench = running(12);
    for (const text of texts(12)) {
      expect(bench.delete(text).settle().removing).toHaveLength(1);
      bench.converge();
    }
    expect(bench.accepted.size).toBe(0);
  });

  it('that follow others which are still being completed count together with them', () => {
    const bench = running(12);
    for (const text of texts(7)) bench.delete(text).settle();
    const decided = bench.settle();
    expect(decided.removing).toHaveLength(5);
    expect(decided.held).toEqual(new Set(['Router/r5', 'Router/r6']));
  });

  it('that follow others which were completed a moment ago count together with them', () => {
    const bench = running(12);
    for (let at = 0; at < 5; at += 1) bench.recent.add(`Router/gone-${String(at)}`);
    expect(bench.delete('Router/r0').settle().held.size).toBe(1);
  });

  it('of Routers that others still name count together for a moment', () => {
    const bench = running(12);
    bench.put(path('p', names(12))).converge();
    for (const text of texts(12)) {
      bench.delete(text).settle();
      if (bench.accepted.get(text)?.deletion === 'passed') bench.recent.add(text);
    }
    expect(bench.delete('Path/p').settle().removing).toEqual([]);
    expect([...bench.accepted.values()].filter(({ deletion }) => deletion === 'held')).toHaveLength(8);
  });

  it('of objects that came back do not count', () => {
    const bench = running(12);
    for (const text of texts(5)) bench.recent.add(text);
    expect(bench.delete('Router/r5').settle().held.size).toBe(0);
  });

  it('of Routers that others still name do not count for ever', () => {
    const bench = running(8);
    bench.put(path('p', names(5))).converge();
    bench.delete(...texts(5)).settle();
    expect(
      bench
        .delete('Router/r5')
        .settle()
        .removing.map(({ name }) => name),
    ).toEqual(['r5']);
  });
});

describe('held deletions', () => {
  const held = (): Bench => {
    const bench = running(12);
    bench.delete(...texts(8)).settle();
    return bench;
  };

  it('keep what they had', () => {
    const bench = running(12);
    const before = [...bench.allocations.values()];
    bench.delete(...texts(8)).settle();
    bench.converge();
    expect([...bench.allocations.values()]).toEqual(before);
    expect(bench.accepted.size).toBe(12);
  });

  it('stay held after a restart, and however few are left', () => {
    const bench = held();
    bench.put(...names(7).map((name) => router(name)));
    const decided = bench.settle();
    expect([decided.held, decided.removing]).toEqual([new Set(['Router/r7']), []]);
    expect(workloads(bench)).toBe(12);
  });

  it('are withdrawn by writing the objects again, also with a mistake in them', () => {
    const bench = held();
    const problem = { reason: 'Invalid', field: '', value: '', message: 'bad' } as const;
    bench.put(...names(7).map((name) => router(name))).putInvalid('Router/r7', [problem]);
    expect([bench.settle().held.size, workloads(bench)]).toEqual([0, 12]);
    expect([...bench.accepted.values()].some(({ deletion }) => deletion !== undefined)).toBe(false);
    expect([...bench.accepted.values()].every(({ generation }) => generation === 1)).toBe(true);
  });

  it('go when they are confirmed, and the confirmations with them', () => {
    const bench = held();
    for (const text of texts(8)) bench.confirm(text, created(bench, text));
    expect(bench.settle().removing).toHaveLength(8);
    expect(bench.confirmations.size).toBe(0);
    bench.converge();
    expect([bench.accepted.size, workloads(bench)]).toEqual([4, 4]);
  });

  it('may be confirmed one by one', () => {
    const bench = held();
    bench.confirm('Router/r3', created(bench, 'Router/r3'));
    const decided = bench.settle();
    expect([decided.removing.map(({ name }) => name), decided.held.size]).toEqual([['r3'], 7]);
  });

  it('are not confirmed by what confirmed earlier objects of the same names', () => {
    const bench = held();
    const before = texts(8).map((text) => created(bench, text));
    bench.put(...names(8).map((name) => router(name))).settle();
    bench.delete(...texts(8));
    for (const [at, text] of texts(8).entries()) bench.confirm(text, before[at] ?? 0n);
    expect([bench.settle().held.size, bench.confirmations.size]).toEqual([8, 0]);
  });

  it('say how many there are, and how to go on', () => {
    const bench = held();
    const { hold } = bench.settle();
    expect(hold).toEqual({ held: 8, accepted: 12, limit: 5 });
    expect(hold && heldText(hold)).toMatch(
      /8 of 12 objects .* no more than 5 .*"hinge confirm".*write it again/,
    );
  });

  it('free nothing, and are let go when the guard is switched off', () => {
    const bench = held();
    bench.share = undefined;
    expect(bench.settle().removing).toHaveLength(8);
  });
});

describe('a confirmation', () => {
  it('that comes with the deletion lets any number go at once', () => {
    const bench = running(12);
    for (const text of texts(12)) bench.confirm(text, created(bench, text));
    const decided = bench.delete(...texts(12)).settle();
    expect([decided.removing.length, decided.held.size, bench.confirmations.size]).toEqual([12, 0, 0]);
  });

  it('stays while its object is there as it means it, and goes when that is written anew', () => {
    const bench = running(1);
    bench.confirm('Router/r0', created(bench, 'Router/r0')).settle();
    expect(bench.confirmations.size).toBe(1);
    bench
      .delete('Router/r0')
      .put(router('r0', { asn: 7 }))
      .settle();
    expect([bench.confirmations.size, bench.accepted.get('Router/r0')?.deletion]).toEqual([0, undefined]);
  });

  it('of what nobody has accepted is dropped', () => {
    const bench = running(1).confirm('Router/other', 5n);
    bench.settle();
    expect(bench.confirmations.size).toBe(0);
  });
});

describe('a lease', () => {
  it('that ends needs no confirmation', () => {
    const bench = running(12).lease(...texts(12));
    bench.settle();
    expect(bench.delete(...texts(12)).settle().removing).toHaveLength(12);
    bench.lingering = existing(bench.settle().desired);
    bench.converge();
    expect(bench.accepted.size).toBe(0);
  });
});
