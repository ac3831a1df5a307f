import type { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Kubernetes' own dialect of a schema (apiextensions.k8s.io/v1 JSONSchemaProps), as plain data. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

/** Keywords that mean the same in both dialects. */
const KEPT = [
  'description',
  'type',
  'format',
  'pattern',
  'enum',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'required',
  'x-kubernetes-validations',
] as const;

/** Keywords that are translated below, or that say nothing to Kubernetes: unknown fields are pruned there anyway. */
const HANDLED = new Set<string>([
  ...KEPT,
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'items',
  'prefixItems',
  'properties',
  'propertyNames',
]);

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

/** zod's range of whole numbers when none is given: says nothing. */
const meaningless = (key: string, value: unknown): boolean =>
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER);

/** Draft 4's form of an exclusive bound, which Kubernetes has kept. */
function bounds(schema: JsonSchema): StructuralSchema {
  const result: Record<string, unknown> = {};
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (typeof schema[exclusive] === 'number') Object.assign(result, { [bound]: schema[exclusive], [exclusive]: true });
  }
  return result;
}

/** A list has one schema for all its entries there; a tuple whose entries are alike becomes a list of that length. */
function items(schema: JsonSchema, path: string): StructuralSchema {
  const { prefixItems } = schema;
  if (prefixItems === undefined) {
    return isSchema(schema.items) ? { items: structural(schema.items, `${path}[]`) } : {};
  }
  const [first, ...others] = prefixItems.map((item) => structural(item as JsonSchema, `${path}[]`));
  if (first === undefined || others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
    throw new Error(`${path}: a tuple of different types has no structural form`);
  }
  return { items: first, minItems: prefixItems.length, maxItems: prefixItems.length };
}

/** The one union that a structural schema may have. */
function intOrString(schema: JsonSchema, path: string): StructuralSchema {
  const types = (schema.anyOf ?? []).map((branch) => (isSchema(branch) ? branch.type : undefined));
  if (types.join() !== 'integer,string') throw new Error(`${path}: a union other than integer or string has no structural form`);
  const { description } = schema;
  return {
    ...(description !== undefined && { description }),
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
  };
}

/**
 * Translates a JSON Schema (draft 2020-12) into a structural schema. Where Kubernetes' dialect cannot say as much, the
 * result accepts more, never less: hinge checks every object again.
 * @throws Error that names the field, for a keyword that would be lost unnoticed.
 */
export function structural(schema: JsonSchema, path: string): StructuralSchema {
  const unknown = Object.keys(schema).find((key) => !HANDLED.has(key));
  if (unknown !== undefined) throw new Error(`${path}: no translation for ${unknown}`);
  if (schema.anyOf !== undefined || Array.isArray(schema.type)) return intOrString(schema, path);
  const kept = KEPT.map((key) => [key, schema[key]] as const).filter(
    ([key, value]) => value !== undefined && !meaningless(key, value),
  );
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [
    name,
    structural(inner as JsonSchema, path === '' ? name : `${path}.${name}`),
  ]);
  const names = schema.additionalProperties;
  const values = properties.length === 0 && isSchema(names) && Object.keys(names).length > 0 ? names : undefined;
  return {
    ...Object.fromEntries(kept),
    ...(schema.enum?.every(Number.isInteger) === true && { type: 'integer' }),
    ...(schema.const !== undefined && { enum: [schema.const] }),
    ...bounds(schema),
    ...items(schema, path),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) as StructuralSchema }),
    ...(values !== undefined && { additionalProperties: structural(values, `${path}.*`) }),
  };
}
