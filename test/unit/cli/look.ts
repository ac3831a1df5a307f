import { DesiredIndex } from '../../../src/core/diff/desired-index.ts';
import { Bench, experiment, path, router } from '../core/plan/bench.ts';

/** Three routers in a row with a host at each end and a second one in the west; a Path each for one connection, for two, and for none. */
export function lookedAt(more: object = {}): DesiredIndex {
  const at = (third: string): string => `10.1.${third}.0/24`;
  const bench = new Bench().put(
    router('west', { asn: 1 }),
    router('middle', { asn: 2 }),
    router('east', { asn: 3 }),
    path('over', ['west', 'middle', 'east'], {
      hops: [
        { between: ['west', 'middle'], subnet: at('1') },
        { between: ['middle', 'east'], subnet: at('2') },
      ],
    }),
    path('part', ['west', 'middle']),
    experiment('look', {
      hosts: [
        { name: 'a', router: 'west', subnet: at('10') },
        { name: 'b', router: 'east', subnet: at('20') },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: 'over' }],
      ...more,
    }),
  );
  bench.converge();
  return new DesiredIndex(bench.step().desired);
}
