import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseDocuments } from '../../../src/api/documents.ts';
import type { Kind } from '../../../src/api/object.ts';
import { parseObject } from '../../../src/api/parse.ts';

const octet = fc.integer({ min: 0, max: 255 });
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
const ipv4 = fc.tuple(octet, octet, octet, fc.integer({ min: 1, max: 255 })).map((parts) => parts.join('.'));
const prefix = fc
  .tuple(ipv4, fc.integer({ min: 0, max: 32 }))
  .map(([address, bits]) => `${address}/${String(bits)}`);
const words = fc.dictionary(
  fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
  fc.string({ unit: 'grapheme' }),
  { noNullPrototype: true },
);
const metadata = fc.record(
  { name, labels: words, annotations: words },
  { requiredKeys: ['name'], noNullPrototype: true },
);
const optional = { requiredKeys: [], noNullPrototype: true };

const router = fc.record({
  kind: fc.constant<Kind>('Router'),
  metadata,
  spec: fc.record(
    {
      platform: fc.constantFrom('frr', 'vyos', 'bird'),
      asn: fc.integer({ min: 70_000, max: 4_294_967_294 }),
      routerId: ipv4,
      loopback: ipv4.map((address) => `${address}/32`),
      advertise: fc.array(prefix),
      resources: fc.record(
        { cpus: fc.double({ min: 0.01, max: 64, noNaN: true }), memory: fc.constant('64Mi') },
        optional,
      ),
      extraConfig: fc.string({ unit: 'grapheme' }),
    },
    optional,
  ),
});
const path = fc.record({
  kind: fc.constant<Kind>('Path'),
  metadata,
  spec: fc.record(
    {
      via: fc.array(name, { minLength: 2 }),
      hops: fc.array(fc.record({ between: fc.tuple(name, name), subnet: prefix })),
    },
    { requiredKeys: ['via'], noNullPrototype: true },
  ),
});
const experiment = fc.record({
  kind: fc.constant<Kind>('Experiment'),
  metadata,
  spec: fc.record({
    hosts: fc.array(fc.record({ name, router: name, env: words }), { minLength: 1 }),
    connections: fc.array(
      fc.record({ name, from: name, to: name, path: name, layer: fc.constantFrom(2, 3) }),
    ),
  }),
});
const object = fc
  .oneof(router, path, experiment)
  .map((body) => ({ apiVersion: 'hinge.testbed/v1alpha1', ...body }));

const ref = { kind: 'Router', name: 'r1' } as const;

describe('parseObject', () => {
  it('never throws', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            'a',
            ': ',
            '- ',
            '{',
            '}',
            '[',
            ']',
            '\n',
            '  ',
            '"',
            "'",
            '&a ',
            '*a',
            '!!map ',
            '? ',
            '| ',
            '#',
            ',',
            '---\n',
            'kind: Router',
          ),
          { maxLength: 60 },
        )
        .map((parts) => parts.join('')),
      fc.json(),
      fc
        .anything()
        .map(
          (value) =>
            `apiVersion: hinge.testbed/v1alpha1\nkind: Router\nmetadata: {name: r1}\nspec: ${JSON.stringify(value)}`,
        ),
      fc
        .anything()
        .map(
          (value) =>
            `apiVersion: hinge.testbed/v1alpha1\nkind: Experiment\nspec: {hosts: ${JSON.stringify([value])}}`,
        ),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const result = parseObject('/hinge/desired/routers/r1', ref, text);
        expect(result.ok || result.problems.length > 0).toBe(true);
        expect(Array.isArray(parseDocuments(text, 'x.yaml'))).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('reads back what it accepted, from JSON and from YAML', () => {
    fc.assert(
      fc.property(object, (written) => {
        const at = { kind: written.kind, name: written.metadata.name };
        const first = parseObject('key', at, JSON.stringify(written));
        if (!first.ok) throw new Error(JSON.stringify(first.problems));
        expect(first.object).toMatchObject(written);
        expect(parseObject('key', at, JSON.stringify(first.object))).toEqual(first);
        expect(parseObject('key', at, stringify(first.object))).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });

  it('stores the text that a user wrote, so that it stands for the same object', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 3 }), (objects) => {
        const file = objects.map((one) => `# comment\n${stringify(one)}`).join('---\n');
        const documents = parseDocuments(file, 'x.yaml');
        expect(documents).toHaveLength(objects.length);
        for (const document of documents) {
          if (!document.ok) throw new Error(JSON.stringify(document.problems));
          expect(parseObject('key', document.ref, document.text)).toEqual({
            ok: true,
            object: document.object,
          });
        }
      }),
      { numRuns: 30 },
    );
  });
});
