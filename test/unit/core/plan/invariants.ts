import { expect } from 'vitest';
import { refText } from '../../../../src/api/object.ts';
import type { DesiredState, RouterSetup } from '../../../../src/core/plan/desired.ts';
import type { Intake } from '../../../../src/core/plan/intake.ts';
import { contains, overlap, parseAddress, parsePrefix, type Prefix } from '../../../../src/core/plan/ipv4.ts';
import type { Bench } from './bench.ts';

/** What must hold of every settled testbed. */
export function expectSound(bench: Bench, decided: Intake): void {
  expectNoOverlap(
    [...bench.allocations.values()]
      .filter(({ pool }) => pool === 'subnet' || pool === 'loopback' || pool === 'address')
      .map(({ value }) => value)
      .concat(bench.settings.management),
  );
  expectAccepted(bench, decided);
  expectConsistent(decided.desired);
  expectSegments(decided.desired);
  expectLans(decided.desired);
}

const routersIn = ({ workloads }: DesiredState): ReadonlyMap<string, RouterSetup> =>
  new Map(
    workloads.flatMap(({ owner, setup }) => (setup.type === 'router' ? [[owner.name, setup] as const] : [])),
  );

/** Every router on the way of a connection over SRv6 knows its SIDs, nobody else's are the same, and the edges send along them. */
function expectSegments(desired: DesiredState): void {
  const routers = routersIn(desired);
  const sids = [...routers.values()].flatMap(({ segments }) => segments?.sids.map(({ sid }) => sid) ?? []);
  expect(new Set(sids).size).toBe(sids.length);
  const wanted = desired.experiments
    .flatMap(({ connections, suspended }) => (suspended ? [] : connections))
    .flatMap(({ course, from, to, ...ways }) => {
      if (course === undefined) return [];
      for (const [way, near, far] of [
        ['forward', from, to],
        ['reverse', to, from],
      ] as const) {
        const via = ways[way].map(({ router }) => router);
        const segments = course.segments[way];
        expect(segments).toHaveLength(via.length - 1);
        const actions = segments.map(
          (sid, at) =>
            routers.get(via[at + 1] ?? '')?.segments?.sids.find((each) => each.sid === sid)?.action,
        );
        expect(actions).toEqual(segments.map((_, at) => (at < segments.length - 1 ? 'End' : 'End.DX4')));
        const flow = { source: near.address, destination: far.address, segments, number: course.number };
        expect(routers.get(near.router)?.segments?.flows).toContainEqual(expect.objectContaining(flow));
      }
      return [...course.segments.forward, ...course.segments.reverse];
    });
  expect(sids.sort()).toEqual(wanted.sort());
}

/** Both ends of every access tunnel are planned, and one LAN's tunnel ends and addresses are nobody else's. */
function expectLans(desired: DesiredState): void {
  const tunnel = (vni: number, ends: { number: number; local: string; remote: string }): string =>
    `${vni.toString()} ${ends.number.toString()} ${ends.local} ${ends.remote}`;
  const bridges = [...routersIn(desired).values()].flatMap(({ bridges: own = [] }) => own);
  const atRouters = bridges.flatMap(({ vni, ports }) =>
    ports.map(({ number, local, remote }) => tunnel(vni, { number, local: remote, remote: local })),
  );
  const ports = desired.workloads.flatMap(({ setup }) => (setup.type === 'host' ? (setup.ports ?? []) : []));
  expect(ports.map((port) => tunnel(port.vni, port)).sort()).toEqual(atRouters.sort());
  const vteps = bridges.map(({ vtep }) => vtep);
  expect(new Set(vteps).size).toBe(vteps.length);
  for (const only of ['address', 'mac'] as const)
    expect(new Set(ports.map((port) => port[only])).size).toBe(ports.length);
}

function expectNoOverlap(prefixes: readonly string[]): void {
  const sorted = prefixes
    .map((text) => ({ text, prefix: parsePrefix(text) }))
    .sort((one, other) => one.prefix.base - other.prefix.base || one.prefix.length - other.prefix.length);
  const clashes = sorted.slice(1).flatMap((item, index) => {
    const before = sorted[index];
    return before !== undefined && overlap(before.prefix, item.prefix) ? [`${before.text} ${item.text}`] : [];
  });
  expect(clashes).toEqual([]);
}

/** Whatever is written is accepted, or it says why not; and whatever is accepted and there is planned. */
function expectAccepted(bench: Bench, { problems, frozen, desired }: Intake): void {
  for (const [text, written] of bench.written) {
    if (!('object' in written) || problems.has(text) || frozen.has(text)) continue;
    expect(bench.accepted.get(text)?.object, text).toEqual(written.object);
  }
  const workloads = new Set(desired.workloads.map(({ key }) => key));
  for (const { ref, object } of bench.accepted.values()) {
    if (!bench.written.has(refText(ref)) || problems.has(refText(ref))) continue;
    if (object.kind === 'Router') expect(workloads).toContain(`router/${ref.name}`);
    if (object.kind !== 'Path') continue;
    const links = desired.paths.find(({ name }) => name === ref.name)?.links ?? [];
    expect(links.map(({ between }) => between[1])).toEqual(object.spec.via.slice(1));
  }
}

function expectConsistent({ networks, workloads }: DesiredState): void {
  const keys = new Set(workloads.map(({ key }) => key));
  const names = [
    ...networks.map(({ name }) => `network ${name}`),
    ...workloads.map(({ service }) => service.name),
  ];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^(network )?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  for (const { subnet, ipRange, gateway, endpoints } of networks) {
    const prefix: Prefix = parsePrefix(subnet);
    const upper = parsePrefix(ipRange);
    expect(contains(upper, parseAddress(gateway))).toBe(true);
    const addresses = endpoints.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const { workload, address } of endpoints) {
      expect(keys).toContain(workload);
      const number = parseAddress(address);
      expect(contains(prefix, number) && !contains(upper, number) && number !== prefix.base).toBe(true);
    }
  }
  expectSessionsBothWays({ networks, workloads });
}

function expectSessionsBothWays({ networks, workloads }: Pick<DesiredState, 'networks' | 'workloads'>): void {
  const asns = new Map(
    workloads.flatMap(({ key, setup }) => (setup.type === 'router' ? [[key, setup.asn] as const] : [])),
  );
  const expected = networks.flatMap(({ key, purpose, endpoints }) =>
    purpose === 'link'
      ? endpoints.map(({ workload, address }, index) => {
          const other = endpoints[1 - index];
          return `${other?.workload ?? ''} ${key} ${address} ${String(asns.get(workload))}`;
        })
      : [],
  );
  const sessions = workloads.flatMap(({ key, setup }) =>
    setup.type === 'router'
      ? setup.sessions.map((session) => `${key} ${session.network} ${session.address} ${String(session.asn)}`)
      : [],
  );
  expect(sessions.sort()).toEqual(expected.sort());
}

/** What an object has, for as long as nobody changes it: as text, by object and thing. */
export function valuesOf(bench: Pick<Bench, 'accepted'>, { desired }: Intake): ReadonlyMap<string, string> {
  const networks = new Map(desired.networks.map((network) => [network.key, network]));
  const setups = new Map(desired.workloads.map(({ key, setup }) => [key, setup]));
  const values = new Map<string, string>();
  for (const { ref, object, generation } of bench.accepted.values()) {
    const version = `${refText(ref)} ${String(generation)}`;
    if (object.kind === 'Router') {
      const setup = desired.workloads.find(({ key }) => key === `router/${ref.name}`)?.setup;
      if (setup?.type !== 'router') continue;
      values.set(version, [setup.asn, setup.routerId, setup.loopback].join(' '));
    } else if (object.kind === 'Path') {
      for (const { between, network, subnet, addresses } of desired.paths.find(
        ({ name }) => name === ref.name,
      )?.links ?? []) {
        const name = networks.get(network)?.name ?? '';
        values.set(`${version} ${between.join('-')}`, [name, subnet, ...addresses].join(' '));
      }
    } else {
      for (const { name, address, network } of desired.experiments.find((each) => each.name === ref.name)
        ?.hosts ?? []) {
        const setup = setups.get(`host/${ref.name}/${name}`);
        const ports = setup?.type === 'host' ? (setup.ports ?? []) : [];
        const places = ports.map((port) => `${port.address} ${port.mac}`);
        values.set(`${version} ${name}`, [networks.get(network)?.name, address, ...places].join(' '));
      }
      // While their Path is another one, there are none.
      for (const { name, from, to, tunnel } of desired.experiments.find((each) => each.name === ref.name)
        ?.connections ?? [])
        values.set(
          `connection of ${version} ${name} ${tunnel === undefined ? '3' : '2'}`,
          [from.address, to.address, tunnel?.from, tunnel?.to].join(' '),
        );
    }
  }
  return values;
}
