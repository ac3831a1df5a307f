import type { z } from 'zod';
import { Experiment } from './experiment.ts';
import { Path } from './path.ts';
import { Router } from './router.ts';

/** Everything that differs between kinds: names and schema. A new kind is one row here. */
export const KINDS = {
  Router: { plural: 'routers', short: 'rt', schema: Router },
  Path: { plural: 'paths', short: 'pa', schema: Path },
  Experiment: { plural: 'experiments', short: 'ex', schema: Experiment },
} as const satisfies Record<string, { plural: string; short: string; schema: z.ZodType }>;

export type Kind = keyof typeof KINDS;
export type TestbedObject = Router | Path | Experiment;

/** Names one object: unique within a testbed. */
export interface ObjectRef {
  readonly kind: Kind;
  readonly name: string;
}

/** `Router/vyos-57`: how an object is named in messages, owners and maps. */
export const refText = (ref: ObjectRef): string => `${ref.kind}/${ref.name}`;

export const refOf = (object: TestbedObject): ObjectRef => ({
  kind: object.kind,
  name: object.metadata.name,
});
