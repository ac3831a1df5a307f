import { describe, expect, it } from 'vitest';
import { driftOf } from '../../../../src/core/diff/drift.ts';

const RUNNING = ['router bgp 57', ' neighbor 10.0.0.2 remote-as 56', ' !', 'exit'].join('\n');

describe('driftOf', () => {
  it('is nothing for what is the same', () => {
    expect(driftOf(RUNNING, RUNNING)).toEqual([]);
  });

  it('tells what came and what went, in order', () => {
    const edited = RUNNING.replace(
      ' neighbor 10.0.0.2 remote-as 56',
      ' network 203.0.113.0/24\n timers bgp 1 3',
    );
    expect(driftOf(RUNNING, edited)).toEqual([
      '- neighbor 10.0.0.2 remote-as 56',
      '+ network 203.0.113.0/24',
      '+ timers bgp 1 3',
    ]);
  });
});
