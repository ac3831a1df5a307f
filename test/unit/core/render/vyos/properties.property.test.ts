import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExportRule,
  ExportRule as ExportSchema,
  ImportRule as ImportSchema,
  type ImportRule,
} from '../../../../../src/api/bgp.ts';
import type { DesiredSession } from '../../../../../src/core/plan/desired.ts';
import { canonicalPrefix, contains, parseAddress, parsePrefix } from '../../../../../src/core/plan/ipv4.ts';
import { renderFrr } from '../../../../../src/core/render/frr.ts';
import type { RenderedRouter } from '../../../../../src/core/render/router.ts';
import { bootText } from '../../../../../src/core/render/vyos/boot-text.ts';
import type { Item } from '../../../../../src/core/render/vyos/item.ts';
import { withSetLines } from '../../../../../src/core/render/vyos/merge.ts';
import { renderVyos } from '../../../../../src/core/render/vyos/render.ts';
import type { VyosRouter } from '../../../../../src/core/render/vyos/router.ts';
import { setText } from '../../../../../src/core/render/vyos/set-text.ts';
import { readBoot } from '../../../../support/vyos-boot.ts';
import { anyStep, type Step } from '../../plan/arbitrary.ts';
import { Bench } from '../../plan/bench.ts';
import { blockAt, has, taggedAs, valueOf, valuesOf, vyosFacts } from './facts.ts';
import { frrFacts } from './frr-facts.ts';
import { asVyos, plansOf, vyosOf } from './routers.ts';

const RELEASES = ['1.3', '1.4', '1.5'] as const;

/** Trees are large, and as texts they are compared in no time. */
const same = (one: unknown, other: unknown): void => {
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
};

/** Both forms say the same, and are read back as they were written. */
function expectWellFormed(router: VyosRouter): void {
  for (const release of RELEASES) {
    const { items } = renderVyos(router, release);
    same(withSetLines([], setText(items), release), { items, problems: [] });
    same(readBoot(bootText(items, release)), items);
    same(renderVyos(structuredClone(router), release).items, items);
  }
}

/** What VyOS's validators and commit checks refuse, and what they do not notice. */
function expectNoTraps(items: readonly Item[]): void {
  const interfaces = blockAt(items, 'interfaces');
  const policy = blockAt(items, 'policy');
  const bgp = blockAt(items, 'protocols', 'bgp');
  const family = blockAt(bgp, 'address-family', 'ipv4-unicast');
  const prefixes = [
    ...taggedAs(policy, 'prefix-list').flatMap(([, list]) =>
      taggedAs(list, 'rule').flatMap(([, rule]) => valuesOf(rule, 'prefix')),
    ),
    ...['network', 'aggregate-address'].flatMap((kind) => taggedAs(family, kind).map(([prefix]) => prefix)),
    ...taggedAs(blockAt(items, 'protocols', 'static'), 'route').map(([prefix]) => prefix),
  ];
  for (const prefix of prefixes) expect(canonicalPrefix(prefix)).toBe(prefix);

  const lists = ['prefix-list', 'as-path-list', 'community-list', 'route-map'].flatMap((kind) =>
    taggedAs(policy, kind),
  );
  const names = lists.map(([name]) => name);
  for (const name of names) expect(name).toMatch(/^[-_a-zA-Z0-9]+$/);
  for (const [, list] of lists) {
    const rules = taggedAs(list, 'rule');
    expect(rules.length).toBeGreaterThan(0);
    for (const [number, rule] of rules) {
      expect(Number(number)).toBeGreaterThanOrEqual(1);
      expect(Number(number)).toBeLessThanOrEqual(65535);
      expect(valueOf(rule, 'action')).toMatch(/^(permit|deny)$/);
      const goto = valueOf(blockAt(rule, 'on-match'), 'goto');
      if (goto !== undefined) expect(rules.map(([seq]) => seq)).toContain(goto);
    }
    const texts = rules.map(([, rule]) => JSON.stringify(rule));
    if (rules.some(([, rule]) => has(rule, 'prefix'))) expect(new Set(texts).size).toBe(texts.length);
  }
  const used = JSON.stringify(items).matchAll(
    /"name":"(?:prefix-list|community-list|as-path|delete|route-map|import|export)","value":"([^"]*)"/g,
  );
  for (const [, name] of used) expect(names).toContain(name);

  const devices = ['ethernet', 'loopback', 'vxlan', 'bridge'].flatMap((kind) => taggedAs(interfaces, kind));
  const own = devices.flatMap(([, device]) => valuesOf(device, 'address'));
  for (const address of own) expect(address).toMatch(/^[0-9.]+\/[0-9]+$/);
  for (const [name, device] of devices) {
    expect(name).toMatch(/^(lo|(eth|vxlan|br)[0-9]+)$/);
    const mtu = Number(valueOf(device, 'mtu') ?? '1500');
    if (mtu < 1280) expect(has(blockAt(device, 'ipv6', 'address'), 'no-default-link-local')).toBe(true);
  }
  for (const [, bridge] of taggedAs(interfaces, 'bridge'))
    for (const [port] of taggedAs(blockAt(bridge, 'member'), 'interface'))
      expect(taggedAs(interfaces, 'vxlan').map(([name]) => name)).toContain(port);
  for (const [, tunnel] of taggedAs(interfaces, 'vxlan')) {
    expect(Number(valueOf(tunnel, 'mtu'))).toBeGreaterThanOrEqual(1200);
    expect(own).toContain(`${valueOf(tunnel, 'source-address') ?? ''}/32`);
  }
  for (const [address, neighbor] of taggedAs(bgp, 'neighbor')) {
    expect(own.map((each) => each.split('/')[0])).not.toContain(address);
    expect(has(blockAt(neighbor, 'address-family'), 'ipv4-unicast')).toBe(true);
    expect(valueOf(neighbor, 'remote-as')).toMatch(/^[0-9]+$/);
    expect(valueOf(neighbor, 'password') ?? '').not.toContain(' ');
  }

  const segments = blockAt(items, 'protocols', 'segment-routing');
  const locators = taggedAs(blockAt(segments, 'srv6'), 'locator');
  if (segments.length > 0) {
    expect(locators).toHaveLength(1);
    expect(taggedAs(segments, 'interface').length).toBeGreaterThan(0);
    for (const [name] of taggedAs(segments, 'interface'))
      expect(taggedAs(interfaces, 'ethernet').map(([device]) => device)).toContain(name);
  }
  for (const [, locator] of locators) {
    const bits = Number(valueOf(locator, 'block-len')) + Number(valueOf(locator, 'node-len'));
    expect(valueOf(locator, 'prefix')?.endsWith(`/${String(bits)}`)).toBe(true);
  }
  expect(JSON.stringify(items)).not.toMatch(/"(login|service)"/);
}

/** The configuration is the plan: each interface, neighbour and address of it, and no other. */
function expectPlan(router: VyosRouter, items: readonly Item[]): void {
  const interfaces = blockAt(items, 'interfaces');
  const facts = vyosFacts(items);
  expect(
    taggedAs(interfaces, 'ethernet').map(([name, device]) => [
      name,
      valueOf(device, 'address'),
      valueOf(device, 'mtu'),
    ]),
  ).toEqual(router.interfaces.map(({ name, address, mtu }) => [name, address, String(mtu)]));
  expect(taggedAs(interfaces, 'vxlan').map(([, tunnel]) => valueOf(tunnel, 'vni'))).toEqual(
    router.bridges.map(({ vni }) => String(vni)),
  );
  expect([facts.asn, facts.routerId]).toEqual([String(router.asn), router.routerId]);
  expect(Object.keys(facts.neighbors)).toEqual(
    router.sessions.flatMap(({ address, password }) =>
      password !== undefined && password.revision === undefined ? [] : [address],
    ),
  );
  expect(facts.networks.toSorted()).toEqual(
    [
      ...new Set([
        ...router.connected,
        ...router.advertise,
        ...(router.vteps ?? []),
        ...(router.loopback === undefined ? [] : [router.loopback]),
      ]),
    ].toSorted(),
  );
}

function perform(bench: Bench, step: Step): void {
  if (step.type === 'put') bench.put(...step.objects);
  else if (step.type === 'delete') {
    const texts = [...bench.written.keys()];
    bench.delete(...step.choices.flatMap((choice) => texts[choice % Math.max(texts.length, 1)] ?? []));
  }
}

const community = fc.constantFrom(
  '65000:1',
  '2:1',
  '12:10',
  'no-export',
  'local-AS',
  'no-peer',
  'blackhole',
  '65535:65281',
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
  prepend: sometimes(fc.integer({ min: 1, max: 3 })),
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

const anyRouter: fc.Arbitrary<RenderedRouter> = fc
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

describe('VyOS configuration of random plans', () => {
  it('is well-formed in both forms, is the plan, and has none of the traps', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 6 }), (steps) => {
        const bench = new Bench();
        for (const step of steps) perform(bench, step);
        for (const plan of plansOf(bench.settle())) {
          const router = vyosOf(plan);
          const { items } = renderVyos(router, '1.4');
          expectWellFormed(router);
          expectNoTraps(items);
          expectPlan(router, items);
          expect(vyosFacts(items)).toEqual(frrFacts(renderFrr(plan.rendered).text));
          for (const { address } of router.interfaces)
            expect(contains(parsePrefix(address), parseAddress(address.split('/')[0] ?? ''))).toBe(true);
          seen += router.interfaces.length;
        }
      }),
      { numRuns: 25 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('says of any policy what FRR is told', () => {
    fc.assert(
      fc.property(anyRouter, (rendered) => {
        const router = asVyos(rendered);
        const { items } = renderVyos(router, '1.4');
        expectWellFormed(router);
        expectNoTraps(items);
        expectPlan(router, items);
        expect(vyosFacts(items)).toEqual(frrFacts(renderFrr(rendered).text));
      }),
      { numRuns: 60 },
    );
  });
});
