import type { TestbedObject } from '../api/object.ts';
import type { Surroundings } from './check.ts';
import type { RenderFormat } from './rendering.ts';

/** The form that is asked for, and the names of the routers that it is for; none: all. */
interface Asked {
  readonly format?: RenderFormat;
  readonly router?: readonly string[];
}

/** An object as if its platform were the one whose configuration is asked for: what BIRD cannot do is refused, what others can is not. */
export function anyPlatform(object: TestbedObject, { format, router }: Asked): TestbedObject {
  if (object.kind !== 'Router') return object;
  const { spec, metadata } = object;
  const isAsked = router === undefined || router.includes(metadata.name);
  const platform = ((isAsked ? format : undefined) ?? spec.platform) === 'bird' ? 'bird' : 'frr';
  return { ...object, spec: { ...spec, platform } };
}

/** The same of a whole testbed. */
export const anyPlatformWithin = (surroundings: Surroundings, asked: Asked): Surroundings => ({
  ...surroundings,
  written: surroundings.written.map((one) =>
    'object' in one ? { ...one, object: anyPlatform(one.object, asked) } : one,
  ),
  accepted: surroundings.accepted.map((record) => ({
    ...record,
    object: anyPlatform(record.object, asked),
  })),
});
