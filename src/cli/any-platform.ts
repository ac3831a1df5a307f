import type { TestbedObject } from '../api/object.ts';
import type { Surroundings } from './check.ts';
import type { RenderFormat } from './rendering.ts';

/** An object as if the operator ran every platform: who only wants to read a configuration does not mind. What BIRD cannot do is still refused. */
export function anyPlatform(object: TestbedObject, format?: RenderFormat): TestbedObject {
  if (object.kind !== 'Router') return object;
  const { runtime, ...spec } = object.spec;
  const platform = (format ?? spec.platform) === 'bird' ? 'bird' : 'frr';
  return { ...object, spec: { ...spec, ...(runtime === 'task' && { runtime }), platform } };
}

/** The same of a whole testbed. */
export const anyPlatformWithin = (surroundings: Surroundings, format?: RenderFormat): Surroundings => ({
  ...surroundings,
  written: surroundings.written.map((one) =>
    'object' in one ? { ...one, object: anyPlatform(one.object, format) } : one,
  ),
  accepted: surroundings.accepted.map((record) => ({
    ...record,
    object: anyPlatform(record.object, format),
  })),
});
