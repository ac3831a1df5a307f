"""TEST DOUBLE, not VyOS: what hinge writes of interfaces, BGP and policies, as set commands and as lines of FRR 8.4."""


def words(line):
    """`neighbor 10.0.0.1`, `remote-as "65001"`, `shutdown`: a name and a value without its quotes."""
    name, _, value = line.partition(' ')
    if value.startswith('"'):
        value = value[1:-1]
    return name, value


def commands_of(tree, path='set'):
    found = []
    for node in tree:
        head, inside = (node, None) if isinstance(node, str) else node
        name, value = words(head)
        if inside is None:
            found.append(f"{path} {name}" + (f" '{value}'" if ' ' in head else ''))
        else:
            here = f'{path} {name}' + (f' {value}' if value else '')
            found += commands_of(inside, here) or [here]
    return sorted(found) if path == 'set' else found


class Block:
    def __init__(self, tree):
        self.leaves = [words(node) for node in tree if isinstance(node, str)]
        self.blocks = [(*words(node[0]), Block(node[1])) for node in tree if not isinstance(node, str)]

    def of(self, *names):
        """The block below; empty where there is none."""
        if not names:
            return self
        found = [block for name, _, block in self.blocks if name == names[0]]
        return (found[0] if found else Block([])).of(*names[1:])

    def tagged(self, name):
        return [(value, block) for each, value, block in self.blocks if each == name]

    def has(self, name):
        return any(each == name for each, _ in self.leaves) or any(each == name for each, _, _ in self.blocks)

    def get(self, name, default=''):
        return next((value for each, value in self.leaves if each == name), default)

    def all(self, name):
        return [value for each, value in self.leaves if each == name]


def interfaces_of(tree):
    return [
        (name, block.get('address'), block.get('mtu', '1500'))
        for name, block in Block(tree).of('interfaces').tagged('ethernet')
    ]


def devices_of(tree):
    """Commands of ip that make each tunnel and bridge, by its name."""
    interfaces = Block(tree).of('interfaces')
    found = {}
    for name, block in interfaces.tagged('vxlan'):
        ttl = block.of('parameters', 'ip').get('ttl', '16')
        found[name] = [
            f'link add {name} type vxlan id {block.get("vni")} local {block.get("source-address")} '
            f'dstport {block.get("port", "8472")} ttl {ttl} nolearning',
            f'link set {name} addrgenmode none mtu {block.get("mtu", "1450")} up',
        ]
    for name, block in interfaces.tagged('bridge'):
        found[name] = [
            f'link add {name} type bridge',
            f'link set {name} addrgenmode none mtu {block.get("mtu", "1500")} up',
        ]
        for member, _ in block.of('member').tagged('interface'):
            found[name] += [f'link set {member} master {name}', f'link set {member} type bridge_slave learning off']
    return found


def frr_of(tree):
    root = Block(tree)
    lines = ['frr defaults traditional', 'service integrated-vtysh-config']
    for name, block in root.of('interfaces').tagged('loopback'):
        lines += [f'interface {name}', *[f' ip address {one}' for one in block.all('address')], 'exit']
    for prefix, block in root.of('protocols', 'static').tagged('route'):
        lines.append(f'ip route {prefix} blackhole {block.of("blackhole").get("distance", "1")}')
    lines += policy_lines(root.of('policy'))
    kernel = [block.get('route-map') for name, block in root.of('system', 'ip').tagged('protocol') if name == 'bgp']
    lines += [f'ip protocol bgp route-map {name}' for name in kernel]
    lines += bfd_lines(root.of('protocols', 'bfd'))
    if root.of('protocols').has('bgp'):
        lines += bgp_lines(root.of('protocols', 'bgp'))
    return '\n'.join(lines) + '\n'


def policy_lines(policy):
    lines = []
    for name, block in policy.tagged('prefix-list'):
        for number, rule in block.tagged('rule'):
            ranges = ''.join(f' {each} {rule.get(each)}' for each in ('ge', 'le') if rule.has(each))
            lines.append(f'ip prefix-list {name} seq {number} {rule.get("action")} {rule.get("prefix")}{ranges}')
    for name, block in policy.tagged('as-path-list'):
        for number, rule in block.tagged('rule'):
            lines.append(f'bgp as-path access-list {name} seq {number} {rule.get("action")} {rule.get("regex")}')
    for name, block in policy.tagged('community-list'):
        for number, rule in block.tagged('rule'):
            lines.append(f'bgp community-list expanded {name} seq {number} {rule.get("action")} {rule.get("regex")}')
    for name, block in policy.tagged('route-map'):
        for number, rule in block.tagged('rule'):
            lines += [f'route-map {name} {rule.get("action")} {number}', *rule_lines(rule), 'exit']
    return lines


def rule_lines(rule):
    match, change = rule.of('match'), rule.of('set')
    lines = []
    if match.has('as-path'):
        lines.append(f' match as-path {match.get("as-path")}')
    if match.has('community'):
        lines.append(f' match community {match.of("community").get("community-list")}')
    if match.has('ip'):
        lines.append(f' match ip address prefix-list {match.of("ip", "address").get("prefix-list")}')
    if rule.has('on-match'):
        goto = rule.of('on-match').get('goto')
        lines.append(f' on-match goto {goto}' if goto else ' on-match next')
    for name in ('local-preference', 'metric', 'weight'):
        if change.has(name):
            lines.append(f' set {name} {change.get(name)}')
    if change.has('as-path'):
        lines.append(f' set as-path prepend {change.of("as-path").get("prepend")}')
    community = change.of('community')
    if community.all('replace'):
        lines.append(f' set community {" ".join(community.all("replace"))}')
    if community.all('add'):
        lines.append(f' set community {" ".join(community.all("add"))} additive')
    return lines


def bfd_lines(bfd):
    lines = []
    for name, block in bfd.tagged('profile'):
        interval = block.of('interval')
        lines += [
            f' profile {name}',
            f'  detect-multiplier {interval.get("multiplier")}',
            f'  transmit-interval {interval.get("transmit")}',
            f'  receive-interval {interval.get("receive")}',
            ' exit',
        ]
    return ['bfd', *lines, 'exit'] if lines else []


def bgp_lines(bgp):
    lines = [f'router bgp {bgp.get("system-as")}', f' bgp router-id {bgp.of("parameters").get("router-id")}']
    lines += [' bgp bestpath compare-routerid', ' bgp network import-check', ' no bgp ebgp-requires-policy']
    lines += [f' timers bgp {bgp.of("timers").get("keepalive", "60")} {bgp.of("timers").get("holdtime", "180")}']
    family, evpn = [], []
    for address, peer in bgp.tagged('neighbor'):
        here = f' neighbor {address}'
        lines += [f'{here} remote-as {peer.get("remote-as")}', f'{here} description {peer.get("description")}']
        lines += [f'{here} advertisement-interval {peer.get("advertisement-interval", "0")}']
        timers = peer.of('timers')
        lines += [f'{here} timers connect {timers.get("connect", "1")}']
        if timers.has('holdtime'):
            lines += [f'{here} timers {timers.get("keepalive")} {timers.get("holdtime")}']
        if peer.has('password'):
            lines += [f'{here} password {peer.get("password")}']
        if peer.has('bfd'):
            profile = peer.of('bfd').get('profile')
            lines += [f'{here} bfd'] + ([f'{here} bfd profile {profile}'] if profile else [])
        own = peer.of('address-family', 'ipv4-unicast')
        family += [f' {here} activate']
        family += [f' {here} next-hop-self force'] if own.has('nexthop-self') else []
        family += [f' {here} route-reflector-client'] if own.has('route-reflector-client') else []
        for way, word in (('import', 'in'), ('export', 'out')):
            if own.of('route-map').has(way):
                family += [f' {here} route-map {own.of("route-map").get(way)} {word}']
        if peer.of('address-family').has('l2vpn-evpn'):
            evpn += [f' {here} activate']
    if bgp.of('address-family', 'l2vpn-evpn').has('advertise-all-vni'):
        evpn.append('  advertise-all-vni')
    if evpn:
        evpn = [' address-family l2vpn evpn', *evpn, ' exit-address-family']
    unicast = bgp.of('address-family', 'ipv4-unicast')
    networks = [f'  network {prefix}' for prefix, _ in unicast.tagged('network')]
    return [*lines, ' address-family ipv4 unicast', *networks, *family, ' exit-address-family', *evpn, 'exit']
