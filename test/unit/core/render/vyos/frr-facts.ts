import { communityValue, type RoutingFacts } from './facts.ts';

type Neighbor = RoutingFacts['neighbors'][string];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The same facts of what is rendered for FRR. */
export function frrFacts(text: string): RoutingFacts {
  const lines = text.split('\n').filter((line) => line !== '!' && line.trim() !== '!');
  const inside = (head: RegExp): readonly string[] => {
    const start = lines.findIndex((line) => head.test(line));
    return start < 0 ? [] : lines.slice(start + 1, lines.indexOf('exit', start)).map((line) => line.trim());
  };
  const bgp = inside(/^router bgp /);
  const [ipv4, evpn] = ['address-family ipv4 unicast', 'address-family l2vpn evpn'].map((head) => {
    const start = bgp.indexOf(head);
    return start < 0 ? [] : bgp.slice(start + 1, bgp.indexOf('exit-address-family', start));
  });
  const rest = (from: readonly string[] | undefined, start: string): readonly string[] =>
    (from ?? []).flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []));
  const parameters = [
    'bestpath compare-routerid',
    'graceful-restart',
    'log-neighbor-changes',
    'route-reflector allow-outbound-policy',
  ].filter((parameter) => bgp.includes(`bgp ${parameter}`));
  return {
    asn: rest(lines, 'router bgp ')[0] ?? '',
    routerId: rest(bgp, 'bgp router-id ')[0] ?? '',
    timers: rest(bgp, 'timers bgp ')[0] ?? '',
    // FRR looks by default.
    parameters: [...parameters, 'network import-check'].sort(),
    networks: rest(ipv4, 'network '),
    aggregates: rest(ipv4, 'aggregate-address '),
    maximumPaths: rest(ipv4, 'maximum-paths '),
    neighbors: neighborsOf(bgp, ipv4 ?? [], evpn ?? []),
    prefixLists: listsOf(rest(lines, 'ip prefix-list ')),
    asPathLists: listsOf(rest(lines, 'bgp as-path access-list ')),
    communityLists: listsOf(
      rest(lines, 'bgp community-list standard ').map((line) =>
        line.replace(/\S+$/, (community) => communityValue(community)),
      ),
    ),
    routeMaps: routeMapsOf(lines),
    kernelMap: rest(lines, 'ip protocol bgp route-map ')[0],
    // FRR lists the shorter ones first.
    discarded: rest(lines, 'ip route ')
      .map((route) => route.replace(' blackhole', ''))
      .sort(),
    loopback: rest(inside(/^interface lo$/), 'ip address '),
    bfdProfiles: profilesOf(lines),
    evpn: evpn?.includes('advertise-all-vni') === true ? ['advertise-all-vni'] : [],
  };
}

function neighborsOf(
  bgp: readonly string[],
  ipv4: readonly string[],
  evpn: readonly string[],
): Readonly<Record<string, Neighbor>> {
  const said = (from: readonly string[], address: string): readonly string[] =>
    from.flatMap((line) =>
      line.startsWith(`neighbor ${address} `) ? [line.slice(10 + address.length)] : [],
    );
  const addresses = bgp.flatMap((line) => /^neighbor (\S+) remote-as /.exec(line)?.[1] ?? []);
  return Object.fromEntries(
    addresses.map((address) => {
      const own = said(
        bgp.slice(
          0,
          bgp.findIndex((line) => line.startsWith('address-family')),
        ),
        address,
      );
      const [one, other] = [said(ipv4, address), said(evpn, address)];
      const value = (from: readonly string[], start: string, end = ''): string | undefined =>
        from
          .find((line) => line.startsWith(start) && line.endsWith(end))
          ?.slice(start.length)
          .replace(end, '');
      const families = [
        ...(one.length > 0 ? ['ipv4-unicast'] : []),
        ...(other.length > 0 ? ['l2vpn-evpn'] : []),
      ];
      const neighbor: Mutable<Neighbor> = {
        asn: value(own, 'remote-as ') ?? '',
        description: value(own, 'description ') ?? '',
        bfd: value(own, 'bfd profile '),
        password: own.some((line) => line.startsWith('password ')),
        timers: own.flatMap((line) => /^timers (\d+ \d+)$/.exec(line)?.[1] ?? [])[0],
        connect: value(own, 'timers connect ') ?? '',
        advertisementInterval: value(own, 'advertisement-interval ') ?? '',
        families: families.map((family) => {
          const lines = family === 'ipv4-unicast' ? one : other;
          return `${family}${lines.includes('route-reflector-client') ? ' reflected' : ''}`;
        }),
        // VyOS has no limit that warns.
        options: one
          .filter(
            (line) =>
              /^(default-originate|maximum-prefix|next-hop-self)/.test(line) &&
              !line.endsWith('warning-only'),
          )
          .sort(),
        import: value(one, 'route-map ', ' in'),
        export: value(one, 'route-map ', ' out'),
      };
      return [address, neighbor];
    }),
  );
}

function listsOf(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const lists: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name = '', entry = ''] = /^(\S+) seq \d+ (.*)$/.exec(line) ?? [];
    const entries = (lists[name] ??= []);
    // VyOS refuses what is there twice.
    if (!entries.includes(entry)) entries.push(entry);
  }
  return lists;
}

function routeMapsOf(lines: readonly string[]): RoutingFacts['routeMaps'] {
  const maps: Record<string, Record<string, { action: string; lines: string[] }>> = {};
  let clause: string[] | undefined;
  for (const line of lines) {
    const [, name, action = '', seq = ''] = /^route-map (\S+) (\S+) (\d+)$/.exec(line) ?? [];
    if (name !== undefined) {
      clause = [];
      (maps[name] ??= {})[seq] = { action, lines: clause };
    } else if (line === 'exit') clause = undefined;
    else clause?.push(line.trim());
  }
  for (const map of Object.values(maps)) for (const each of Object.values(map)) each.lines.sort();
  return maps;
}

function profilesOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const profiles: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    const [, name] = /^ profile (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    profiles[name] = [1, 2, 3].map((at) => lines[index + at]?.trim().split(' ')[1]).join(' ');
  }
  return profiles;
}
