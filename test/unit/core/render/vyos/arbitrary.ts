import fc from 'fast-check';
import {
  type ExportRule,
  ExportRule as ExportSchema,
  ImportRule as ImportSchema,
  type ImportRule,
} from '../../../../../src/api/bgp.ts';
import type { DesiredSession } from '../../../../../src/core/plan/desired.ts';
import type { RenderedRouter } from '../../../../../src/core/render/router.ts';

const community = fc.constantFrom(
  '65000:1',
  '2:1',
  '12:10',
  'no-export',
  'local-AS',
  'no-peer',
  'blackhole',
  '65535:65281',
  '65535:1',
  '64512:12345',
  '65535:6',
);
const communities = fc.array(community, { minLength: 1, maxLength: 4 });
const prefixes = fc.array(
  fc.constantFrom(
    '10.0.0.0/8',
    '10.0.0.0/8 le 24',
    '10.0.0.0/8 ge 16 le 24',
    '0.0.0.0/0 ge 8 le 32',
    '192.0.2.0/24',
    '0.0.0.0/0',
  ),
  { minLength: 1, maxLength: 4 },
);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const without = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const match = fc
  .record({
    prefixes: sometimes(prefixes),
    asPath: sometimes(fc.constantFrom('^(2|3)_', '^$', '_65010_', '1\\.2')),
    communities: sometimes(communities),
  })
  .map(without);
const changes = {
  med: sometimes(fc.nat(9)),
  prepend: sometimes(fc.integer({ min: 1, max: 32 })),
  removeCommunities: sometimes(communities),
  addCommunities: sometimes(communities),
};
const replacing = {
  communities: sometimes(communities),
  prependAsns: sometimes(fc.constant([7, 4200000000])),
};
const ruleOf = (set: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(
    fc.record({ match, set }).map((rule) => ({ ...rule, action: 'permit' })),
    fc.record({ match }).map((rule) => ({ ...rule, action: 'deny' })),
  );
const imports = fc.array(
  ruleOf(
    fc
      .oneof(fc.record({ ...changes, localPreference: sometimes(fc.nat(400)) }), fc.record(replacing))
      .map(without),
  ).map((rule): ImportRule => ImportSchema.parse(rule)),
  { maxLength: 3 },
);
const exports = fc.array(
  ruleOf(
    fc
      .oneof(fc.record({ ...changes, nextHopUnchanged: sometimes(fc.boolean()) }), fc.record(replacing))
      .map(without),
  ).map((rule): ExportRule => ExportSchema.parse(rule)),
  { maxLength: 3 },
);

const anySession = (index: number): fc.Arbitrary<DesiredSession> =>
  fc
    .record({
      asn: fc.constantFrom(65001, 65002),
      bfd: fc.constantFrom(undefined, false as const),
      evpn: fc.constantFrom(undefined, true as const),
      pace: sometimes(fc.constant({ keepalive: 4, hold: 12, connect: 2, bfdMs: 1000 })),
      password: sometimes(
        fc.constantFrom({ secret: 'core', revision: '42' }, { secret: 'gone', revision: undefined }),
      ),
      policy: sometimes(
        fc
          .record({
            import: imports,
            export: exports,
            defaultOriginate: sometimes(fc.boolean()),
            maximumPrefixes: sometimes(
              fc.record({
                limit: fc.integer({ min: 1, max: 9 }),
                action: fc.constantFrom('warn' as const, 'reset' as const),
              }),
            ),
          })
          .map((fields) => without(fields) as unknown as NonNullable<DesiredSession['policy']>),
      ),
    })
    .map((fields) => ({
      ...(without(fields) as unknown as DesiredSession),
      ...{
        peer: `r${String(index)}`,
        address: `10.200.${String(index)}.3`,
        network: `link/r--r${String(index)}`,
      },
    }));

/** A router with any policy, in an AS of its own or of several. */
export const anyRouter: fc.Arbitrary<RenderedRouter> = fc
  .record({
    sessions: fc
      .integer({ min: 0, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anySession(index)))),
    advertise: fc.subarray(['192.0.2.0/24', '192.0.2.0/25', '0.0.0.0/0', '10.200.0.0/24']),
    preferred: fc.subarray([
      { prefix: '10.204.0.0/24', from: '10.200.0.3' },
      { prefix: '10.205.0.0/24', from: '10.200.1.3' },
    ]),
    loopback: fc.constantFrom(undefined, '10.255.0.1/32'),
    aggregates: fc.subarray([
      { prefix: '10.0.0.0/8', summaryOnly: true },
      { prefix: '10.200.0.0/14', summaryOnly: false },
    ]),
    gracefulRestart: fc.constantFrom(undefined, { restartTime: 120 }),
  })
  .map(({ aggregates, gracefulRestart, sessions, ...fields }) => ({
    ...{ hostname: 'r', asn: 65001, routerId: '10.255.0.1', extraConfig: undefined },
    ...fields,
    sessions,
    connected: sessions.map((_, index) => `10.200.${String(index)}.0/24`),
    bgp: { aggregates, ...(gracefulRestart !== undefined && { gracefulRestart }) },
  }));
