import { expect } from 'vitest';
import { canonicalPrefix } from '../../../../../src/core/plan/ipv4.ts';
import type { Item } from '../../../../../src/core/render/vyos/item.ts';
import { blockAt, has, taggedAs, valueOf, valuesOf } from './facts.ts';

/** What VyOS's validators and commit checks refuse, and what they do not notice. */
export function expectNoTraps(items: readonly Item[]): void {
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
