import type { TestbedObject } from '../api/object.ts';
import type { Surroundings } from './check.ts';

/** An object as if the operator ran every platform: who only wants to read a configuration does not mind. */
export function anyPlatform(object: TestbedObject): TestbedObject {
  if (object.kind !== 'Router') return object;
  const { runtime, ...spec } = object.spec;
  return { ...object, spec: { ...spec, ...(runtime === 'task' && { runtime }), platform: 'frr' } };
}

/** The same of a whole testbed. */
export const anyPlatformWithin = (surroundings: Surroundings): Surroundings => ({
  ...surroundings,
  written: surroundings.written.map((one) =>
    'object' in one ? { ...one, object: anyPlatform(one.object) } : one,
  ),
  accepted: surroundings.accepted.map((record) => ({ ...record, object: anyPlatform(record.object) })),
});
