import { describe, expect, it } from 'vitest';
import { routeRows, shownRoutes } from '../../../src/cli/routes-text.ts';
import { lookedAt } from './look.ts';

describe('what hinge get routes shows', () => {
  const routes = shownRoutes(
    'west',
    [
      { prefix: '10.1.20.0/24', nextHop: '10.1.1.3', asPath: [2, 3] },
      { prefix: '10.1.3.0/24', nextHop: '0.0.0.0', asPath: [] },
      { prefix: '10.1.4.0/24', nextHop: '192.0.2.9', asPath: [9] },
    ],
    lookedAt(),
  );

  it('is in the order of prefixes, with the name of the neighbour', () => {
    expect(routeRows(routes)).toEqual([
      ['west', '10.1.3.0/24', 'local', '', ''],
      ['west', '10.1.4.0/24', '192.0.2.9', '', '9'],
      ['west', '10.1.20.0/24', '10.1.1.3', 'middle', '2 3'],
    ]);
  });

  it('has only what is so for programs', () => {
    expect(routes).toEqual([
      { router: 'west', prefix: '10.1.3.0/24', asPath: [] },
      { router: 'west', prefix: '10.1.4.0/24', nextHop: '192.0.2.9', asPath: [9] },
      { router: 'west', prefix: '10.1.20.0/24', nextHop: '10.1.1.3', neighbour: 'middle', asPath: [2, 3] },
    ]);
  });
});
