import type { TestbedObject } from '../../../../src/api/object.ts';
import type {
  DesiredConnection,
  DesiredState,
  HostSetup,
  RouterSetup,
} from '../../../../src/core/plan/desired.ts';
import { experiment, path, router } from './bench.ts';

/** A ring of r1, r2, r3 and r4, over SRv6: host a at r1, host b at r3. */
export const ring = (...connections: readonly Record<string, unknown>[]): readonly TestbedObject[] => [
  ...['r1', 'r2', 'r3', 'r4'].map((name) => router(name)),
  path('upper', ['r1', 'r2', 'r3'], { engineering: 'srv6' }),
  path('lower', ['r1', 'r4', 'r3'], { engineering: 'srv6', links: { mtu: 1400 } }),
  path('plain', ['r1', 'r2', 'r3']),
  between(...connections),
];

/** The Experiment x with these connections. */
export const between = (...connections: readonly Record<string, unknown>[]): TestbedObject =>
  experiment('x', {
    hosts: [
      { name: 'a', router: 'r1' },
      { name: 'b', router: 'r3' },
    ],
    connections: connections.map((connection) => ({ from: 'a', to: 'b', ...connection })),
  });

export const connectionOf = (desired: DesiredState, name: string): DesiredConnection | undefined =>
  desired.experiments[0]?.connections.find((connection) => connection.name === name);

export function routerOf(desired: DesiredState, name: string): RouterSetup {
  const setup = desired.workloads.find(({ key }) => key === `router/${name}`)?.setup;
  if (setup?.type !== 'router') throw new Error(`${name} is not planned`);
  return setup;
}

export function hostOf(desired: DesiredState, name: string): HostSetup {
  const setup = desired.workloads.find(({ key }) => key === `host/x/${name}`)?.setup;
  if (setup?.type !== 'host') throw new Error(`${name} is not planned`);
  return setup;
}
