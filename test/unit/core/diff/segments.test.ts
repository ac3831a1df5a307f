import { describe, expect, it } from 'vitest';
import {
  changesNoSegments,
  diffSegments,
  type ObservedSegments,
} from '../../../../src/core/diff/segments.ts';
import { wantedEntries } from '../../../../src/core/render/segments.ts';
import { Bench } from '../plan/bench.ts';
import { ring, routerOf } from '../plan/segmented.ts';

const { desired } = new Bench().put(...ring({ name: 'own', path: 'upper', addresses: {} })).settle();
const setup = routerOf(desired, 'r1').segments;
const deviceOf = (address: string): string => `eth-${address}`;

const NOTHING: ObservedSegments = { entries: [], addresses: [], source: '::', open: [], filter: '' };
const ALL: ObservedSegments = {
  entries: wantedEntries(setup ?? (undefined as never), deviceOf),
  addresses: ['5f00:0:1::'],
  source: '5f00:0:1::',
  open: ['lo', 'eth-10.200.0.2'],
  filter: 'table ip hinge …',
};

describe('diffSegments', () => {
  it('sets up all of it where there is nothing', () => {
    const { open, put, remove, source, filter } = diffSegments(setup, NOTHING, deviceOf, undefined);
    expect(open).toEqual(['eth-10.200.0.2']);
    expect(put).toHaveLength(1 + ALL.entries.length);
    expect(remove).toEqual([]);
    expect(source).toBe('5f00:0:1::');
    expect(filter).toContain('meta mark set');
  });

  it('changes nothing where it is as it should be', () => {
    expect(changesNoSegments(diffSegments(setup, ALL, deviceOf, ALL.filter))).toBe(true);
    expect(changesNoSegments(diffSegments(undefined, NOTHING, deviceOf, undefined))).toBe(true);
  });

  it('puts the filter there again when nobody knows what it says, or it says something else', () => {
    for (const known of [undefined, 'table ip hinge with another rule']) {
      const { open, put, remove, filter } = diffSegments(setup, ALL, deviceOf, known);
      expect([open, put, remove]).toEqual([[], [], []]);
      expect(filter).toContain('delete table ip hinge');
    }
  });

  it.each(ALL.entries.map(({ key }) => key))('mends %s', (key) => {
    const lost = { ...ALL, entries: ALL.entries.filter((entry) => entry.key !== key) };
    expect(diffSegments(setup, lost, deviceOf, ALL.filter)).toMatchObject({ open: [], remove: [] });
    expect(diffSegments(setup, lost, deviceOf, ALL.filter).put).toHaveLength(1);
    const bent = ALL.entries.map((entry) => (entry.key === key ? { key, text: 'elsewhere' } : entry));
    expect(diffSegments(setup, { ...ALL, entries: bent }, deviceOf, ALL.filter).put).toHaveLength(1);
  });

  it('takes away what nobody wants, the rules first', () => {
    const { remove, put, source, filter } = diffSegments(undefined, ALL, deviceOf, ALL.filter);
    expect(remove.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'rule del',
      ...Array.from({ length: 4 }, () => 'route del'),
      'neigh del',
      'address del',
    ]);
    expect([put, source]).toEqual([[], '::']);
    expect(filter).toBe('table ip hinge\ndelete table ip hinge\n');
  });

  it('leaves out what needs an interface that is not there', () => {
    const { put, open } = diffSegments(setup, NOTHING, () => undefined, undefined);
    expect([put, open]).toEqual([['address add 5f00:0:1::/128 dev lo'], []]);
  });

  it("leaves a user's own addresses of lo alone", () => {
    const seen = { ...NOTHING, addresses: ['fd00::1'] };
    expect(changesNoSegments(diffSegments(undefined, seen, deviceOf, undefined))).toBe(true);
  });
});
