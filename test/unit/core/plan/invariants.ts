import { expect } from 'vitest';
import { refText } from '../../../../src/api/object.ts';
import type { DesiredState } from '../../../../src/core/plan/desired.ts';
import type { Intake } from '../../../../src/core/plan/intake.ts';
import { contains, overlap, parseAddress, parsePrefix, type Prefix } from '../../../../src/core/plan/ipv4.ts';
import type { Bench } from './bench.ts';

/** What must hold of every settled testbed. */
export function expectSound(bench: Bench, decided: Intake): void {
  expectNoOverlap(
    [...bench.allocations.values()]
      .filter(({ pool }) => pool === 'subnet' || pool === 'loopback')
      .map(({ value }) => value)
      .concat(bench.settings.management),
  );
  expectAccepted(bench, decided);
  expectConsistent(decided.desired);
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
        values.set(`${version} ${name}`, [networks.get(network)?.name, address].join(' '));
      }
    }
  }
  return values;
}
