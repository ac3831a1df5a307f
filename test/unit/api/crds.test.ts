import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { definition } from '../../../deploy/crds/definition.ts';
import { rendered } from '../../../deploy/crds/render.ts';
import { structural } from '../../../deploy/crds/structural.ts';
import { parseDocuments } from '../../../src/api/documents.ts';
import { KINDS, type Kind } from '../../../src/api/object.ts';

const kinds = Object.keys(KINDS) as Kind[];

interface Schema {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
}

const schemaOf = (kind: Kind): Schema => {
  const { spec } = definition(kind) as {
    spec: { versions: readonly [{ schema: { openAPIV3Schema: Schema } }] };
  };
  return spec.versions[0].schema.openAPIV3Schema;
};

/** Fields of JSONSchemaProps (apiextensions.k8s.io/v1) that a structural schema may have and that are in use here. */
const ALLOWED = new Set(
  [
    [
      'description',
      'type',
      'format',
      'pattern',
      'enum',
      'default',
      'required',
      'properties',
      'items',
      'anyOf',
    ],
    [
      'additionalProperties',
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'minLength',
      'maxLength',
    ],
    ['minItems', 'maxItems', 'x-kubernetes-validations', 'x-kubernetes-int-or-string'],
  ].flat(),
);

/** Breaches of the rules for structural schemas. */
function breaches(schema: Schema, at: string): string[] {
  const found = Object.keys(schema)
    .filter((keyword) => !ALLOWED.has(keyword))
    .map((keyword) => `${at}: ${keyword} is not allowed`);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  if (
    !intOrString &&
    !['object', 'array', 'string', 'integer', 'number', 'boolean'].includes(schema.type ?? '')
  ) {
    found.push(`${at}: no type`);
  }
  if (schema.anyOf !== undefined) {
    const pattern = JSON.stringify([{ type: 'integer' }, { type: 'string' }]);
    if (!intOrString || JSON.stringify(schema.anyOf) !== pattern) found.push(`${at}: anyOf`);
  }
  if (schema.properties && schema.additionalProperties)
    found.push(`${at}: properties and additionalProperties`);
  if (schema.type === 'array' && schema.items === undefined) found.push(`${at}: no items`);
  for (const bound of ['exclusiveMinimum', 'exclusiveMaximum']) {
    if (schema[bound] !== undefined && typeof schema[bound] !== 'boolean') found.push(`${at}: ${bound}`);
  }
  // Go's RE2 has neither look-around nor back-references.
  if (/\(\?[=!<]|\\[1-9]/.test(typeof schema['pattern'] === 'string' ? schema['pattern'] : '')) {
    found.push(`${at}: pattern is no RE2`);
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    found.push(...breaches(inner, `${at}.${name}`));
  if (schema.items) found.push(...breaches(schema.items, `${at}[]`));
  if (schema.additionalProperties) found.push(...breaches(schema.additionalProperties, `${at}.*`));
  return found;
}

/** Kubernetes keeps draft 4's boolean form of exclusive bounds, which ajv does not know. */
function forAjv(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forAjv);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, forAjv(inner)] as const);
  const result = Object.fromEntries(entries) as Record<string, unknown>;
  if (result['exclusiveMinimum'] === true) {
    result['exclusiveMinimum'] = result['minimum'];
    delete result['minimum'];
  }
  return result;
}

const root = path.resolve(import.meta.dirname, '../../..');
const examples = readdirSync(path.join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const example = (name: string): string => readFileSync(path.join(root, 'examples', name), 'utf8');

const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': true } });
const validators = Object.fromEntries(
  kinds.map((kind) => [kind, ajv.compile(forAjv(schemaOf(kind)) as object)]),
);

describe('custom resource definitions', () => {
  it.each(kinds)('of %s are structural', (kind) => {
    expect(breaches(schemaOf(kind), kind)).toEqual([]);
  });

  it.each(kinds)('of %s restrict no metadata but the name', (kind) => {
    expect(Object.keys(schemaOf(kind).properties?.['metadata']?.properties ?? {})).toEqual(['name']);
  });

  it.each(kinds)('of %s have names and columns, and are in crds/ as they should be', (kind) => {
    const { url, text } = rendered(kind);
    expect(readFileSync(url, 'utf8')).toBe(text);
    const { plural, short } = KINDS[kind];
    expect(parse(text)).toMatchObject({
      metadata: { name: `${plural}.hinge.testbed` },
      spec: { names: { kind, plural, singular: kind.toLowerCase(), shortNames: [short] } },
    });
  });

  it('keep defaults, patterns, enumerations, bounds and rules', () => {
    const spec = schemaOf('Router').properties?.['spec']?.properties;
    expect(spec?.['platform']).toMatchObject({ default: 'frr', enum: ['frr', 'vyos', 'bird'] });
    expect(spec?.['asn']).toMatchObject({ type: 'integer', minimum: 1, maximum: 4294967294 });
    expect(spec?.['asn']).toHaveProperty('x-kubernetes-validations');
    expect(spec?.['resources']?.properties?.['cpus']).toMatchObject({ minimum: 0, exclusiveMinimum: true });
    const hop = schemaOf('Path').properties?.['spec']?.properties?.['hops']?.items?.properties;
    expect(hop?.['between']).toMatchObject({
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { type: 'string' },
    });
  });

  it('describe every field of a spec', () => {
    const bare = (schema: Schema, at: string): string[] => [
      ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
        ...(inner['description'] === undefined ? [`${at}.${name}`] : []),
        ...bare(inner, `${at}.${name}`),
      ]),
      ...(schema.items ? bare(schema.items, `${at}[]`) : []),
    ];
    const undescribed = kinds.flatMap((kind) => bare(schemaOf(kind).properties?.['spec'] ?? {}, kind));
    expect(undescribed).toEqual([]);
  });

  it.each(examples)('accept examples/%s', (name) => {
    for (const document of parseAllDocuments(example(name))) {
      const value = document.toJS() as { kind: Kind };
      const validate = validators[value.kind];
      validate?.(value);
      expect(validate?.errors).toBeNull();
    }
  });

  it.each([
    ['Router', { spec: { asn: '7' } }],
    ['Router', { spec: { loopback: '10.0.0.1/24' } }],
    ['Path', { spec: { via: ['a'] } }],
    ['Path', { spec: { via: ['a', 'b'], hops: [{ between: ['a'] }] } }],
    ['Experiment', { spec: { hosts: [{ name: 'a', router: 'r' }], connections: [{ layer: 4 }] } }],
    ['Experiment', {}],
  ] as const)('refuse a bad %s: %j', (kind, body) => {
    expect(validators[kind]?.({ ...body, kind, metadata: { name: 'a' } })).toBe(false);
  });
});

describe('structural', () => {
  it.each([
    [
      'a union',
      z.union([z.string(), z.boolean()]),
      'a: a union other than integer or string has no structural form',
    ],
    ['a mixed tuple', z.tuple([z.string(), z.int()]), 'a: a tuple of different types has no structural form'],
    ['an unknown keyword', z.string().meta({ title: 'x' }), 'a: no translation for title'],
  ])('refuses %s by name', (_name, schema, message) => {
    expect(() => structural(z.toJSONSchema(schema), 'a')).toThrow(message);
  });
});

describe('examples', () => {
  it.each(examples)('examples/%s is what hinge accepts', (name) => {
    const bad = parseDocuments(example(name), name).filter((document) => !document.ok);
    expect(bad).toEqual([]);
  });
});
