import type { TestbedObject } from '../../../../src/api/object.ts';
import { experiment, path, router } from './bench.ts';

const FIRST = 35;
const LAST = 57;

/** Numbers of the routers of Figure 3. */
export const NUMBERS = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);

const nameOf = (number: number): string => `vyos-${String(number)}`;

/** Figure 3: a chain of 23 routers between two hosts, every value as in the figure. */
export const figure3 = (): readonly TestbedObject[] => [
  ...NUMBERS.map((number) =>
    router(nameOf(number), { asn: number, routerId: `0.0.0.${String(number)}`, loopback: 'none' }),
  ),
  path('long-way', NUMBERS.map(nameOf), {
    hops: NUMBERS.slice(0, -1).map((number) => ({
      between: [nameOf(number), nameOf(number + 1)],
      subnet: `10.199.${String(number)}.0/24`,
    })),
  }),
  experiment('fig3', {
    hosts: [
      { name: 'a', router: nameOf(FIRST), subnet: '10.199.34.0/24' },
      { name: 'b', router: nameOf(LAST), subnet: '10.199.57.0/24' },
    ],
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'long-way' }],
  }),
];
