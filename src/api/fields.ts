import { closestMatch } from 'leven';
import { z } from 'zod';
import { KINDS, type Kind } from './object.ts';
import { fieldText } from './problem.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

const schemas = new Map<Kind, JsonSchema>();

/** JSON Schema (draft 2020-12) of what users write: what is known about fields, without reaching into zod. */
export function jsonSchemaOf(kind: Kind): JsonSchema {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(KINDS[kind].schema, { io: 'input', reused: 'inline' });
  schemas.set(kind, schema);
  return schema;
}

const schemaOnly = (schema: unknown): JsonSchema | undefined =>
  typeof schema === 'object' && schema !== null && !Array.isArray(schema)
    ? (schema as JsonSchema)
    : undefined;

function step(schema: JsonSchema, part: PropertyKey): JsonSchema | undefined {
  if (typeof part === 'number') return schemaOnly(schema.prefixItems?.[part]) ?? schemaOnly(schema.items);
  return schemaOnly(schema.properties?.[String(part)]) ?? schemaOnly(schema.additionalProperties);
}

/** Names of the fields that the object at `path` may have. */
function fieldsAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let current: JsonSchema | undefined = schema;
  for (const part of path) current = current && step(current, part);
  return Object.keys(current?.properties ?? {});
}

/** First field with this very name anywhere below: what was written at the wrong depth. */
function findElsewhere(
  schema: JsonSchema,
  name: string,
  path: readonly PropertyKey[] = [],
): string | undefined {
  if (schema.properties?.[name] !== undefined) return fieldText([...path, name]);
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const found = schemaOnly(inner) && findElsewhere(inner as JsonSchema, name, [...path, key]);
    if (found !== undefined) return found;
  }
  const items = schemaOnly(schema.items);
  return items && findElsewhere(items, name, [...path, 0])?.replaceAll('[0]', '[]');
}

/** The known name nearest to what was written, whatever its case; undefined when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const lower = written.toLowerCase();
  const match = closestMatch(
    lower,
    known.map((name) => name.toLowerCase()),
    { maxDistance: Math.max(1, Math.floor(written.length / 3)) },
  );
  return known.find((name) => name.toLowerCase() === match);
}

/** What to say after "unknown field …": the nearest name, the place where the name belongs, or all that are known. */
export function suggestField(kind: Kind, path: readonly PropertyKey[], written: string): string {
  const schema = jsonSchemaOf(kind);
  const known = fieldsAt(schema, path);
  const near = nearest(written, known);
  if (near !== undefined) return `did you mean ${near}?`;
  const elsewhere = findElsewhere(schema, written);
  if (elsewhere !== undefined) return `did you mean ${elsewhere}?`;
  return `expected one of ${known.join(', ')}`;
}
