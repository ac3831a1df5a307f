import { z } from 'zod';
import { jsonSchemaOf } from '../../src/api/fields.ts';
import { API_VERSION } from '../../src/api/meta.ts';
import { KINDS, type Kind } from '../../src/api/object.ts';
import { STATUS_SCHEMAS } from '../../src/api/status-schema.ts';
import { structural, type StructuralSchema } from './structural.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly description: string;
  readonly jsonPath: string;
}

const READY: PrinterColumn = {
  name: 'Ready',
  type: 'string',
  description: 'Whether all of it works.',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
};

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'Time since it was created.',
  jsonPath: '.metadata.creationTimestamp',
};

const COLUMNS: Readonly<Record<Kind, readonly PrinterColumn[]>> = {
  Router: [
    { name: 'ASN', type: 'integer', description: 'AS number in effect.', jsonPath: '.status.asn' },
    { name: 'Node', type: 'string', description: 'Node that it runs on.', jsonPath: '.status.node' },
  ],
  Path: [{ name: 'Via', type: 'string', description: 'Its routers.', jsonPath: '.spec.via' }],
  Experiment: [
    { name: 'Suspended', type: 'boolean', description: 'Whether it is suspended.', jsonPath: '.spec.suspend' },
  ],
};

/** The API server fills these in and checks them itself; a CRD may restrict no more of them than the name. */
const identity = (name: StructuralSchema): StructuralSchema => ({
  apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
  kind: { type: 'string', description: 'Kind of this object.' },
  metadata: { type: 'object', properties: { name } },
});

/** The CustomResourceDefinition of one kind, as plain data. */
export function definition(kind: Kind): StructuralSchema {
  const { plural, short } = KINDS[kind];
  const [group = '', version = ''] = API_VERSION.split('/');
  const written = structural(jsonSchemaOf(kind), '') as {
    readonly properties: {
      readonly spec: StructuralSchema;
      readonly metadata: { readonly properties: { readonly name: StructuralSchema } };
    };
    readonly required: readonly string[];
  };
  const { metadata, spec } = written.properties;
  const status = structural(z.toJSONSchema(STATUS_SCHEMAS[kind], { io: 'output', reused: 'inline' }), 'status');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [short],
        categories: ['hinge'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: [READY, ...COLUMNS[kind], AGE],
          schema: {
            openAPIV3Schema: {
              description: spec['description'],
              type: 'object',
              ...(written.required.includes('spec') && { required: ['spec'] }),
              properties: {
                ...identity(metadata.properties.name),
                spec,
                status: { description: 'What hinge has observed; written by the operator only.', ...status },
              },
            },
          },
          subresources: { status: {} },
        },
      ],
    },
  };
}
