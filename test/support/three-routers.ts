import { type Document, document } from './testbed.ts';

/**
 * A small testbed that carries traffic: Routers `NAME-left`, `NAME-middle` and `NAME-right` in a row on a Path NAME, and an Experiment NAME with the
 * hosts `a` and `b` at its ends.
 */
export function threeRouters(name: string): readonly Document[] {
  const via = ['left', 'middle', 'right'].map((place) => `${name}-${place}`);
  const [first, , last] = via;
  return [
    ...via.map((router) => document('Router', router)),
    document('Path', name, { via }),
    document('Experiment', name, {
      hosts: [
        { name: 'a', router: first },
        { name: 'b', router: last },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: name }],
    }),
  ];
}
