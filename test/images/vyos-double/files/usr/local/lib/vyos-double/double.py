#!/usr/bin/python3
"""TEST DOUBLE, not VyOS: a configuration with sessions, commits and a lock. A tree is a list of lines and of [head, tree]."""
import fcntl
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from translate import commands_of, devices_of, frr_of, interfaces_of

ACTIVE = '/opt/vyatta/config/active.json'
LOCK = '/opt/vyatta/config/.lock'
LOG = '/var/log/vyos-double/commits'
BAD = 'refuse-me'
FOOTER = '// vyos-config-version: "double@1"\n// Release version: TEST DOUBLE\n'


def session():
    return os.environ.get('VYOS_DOUBLE_SESSION', '/nonexistent')


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def write(path, tree):
    with open(path + '.new', 'w') as file:
        json.dump(tree, file)
    os.rename(path + '.new', path)


def note(line):
    with open(LOG, 'a') as file:
        file.write(line + '\n')


def active():
    return read(ACTIVE) or []


def candidate():
    tree = read(session())
    return active() if tree is None else tree


def parsed(text):
    root = []
    stack = [root]
    for number, raw in enumerate(text.split('\n'), 1):
        line = raw.strip()
        if line == '' or line.startswith('//'):
            continue
        if line == '}':
            stack.pop()
        elif line.endswith(' {'):
            inside = []
            stack[-1].append([line[:-2], inside])
            stack.append(inside)
        else:
            stack[-1].append(line)
        if not stack:
            raise ValueError(f'Failed to parse specified config file: line {number}')
    if len(stack) != 1:
        raise ValueError('Failed to parse specified config file: a block is not closed')
    return root


def text_of(tree, indent=''):
    lines = []
    for node in tree:
        if isinstance(node, str):
            lines.append(f'{indent}{node}\n')
        else:
            lines.append(f'{indent}{node[0]} {{\n{text_of(node[1], indent + "    ")}{indent}}}\n')
    return ''.join(lines)


def load(path):
    print(f"Loading configuration from '{path}'")
    with open(path) as file:
        text = file.read()
    if '// vyos-config-version: "' not in text:
        raise ValueError('TEST DOUBLE: error: no version of the configuration, VyOS would migrate all of it')
    write(session(), parsed(text))
    print("Load complete. Use 'commit' to make changes effective." if changed() else 'No configuration changes to commit.')


def changed():
    return candidate() != active()


def top(tree, head):
    return [node for node in tree if not isinstance(node, str) and node[0] == head]


def commit():
    with open(LOCK, 'w') as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print('Configuration system temporarily locked due to another commit in progress')
            return 1
        wanted = candidate()
        bad = [node[0] for node in wanted if not isinstance(node, str) and BAD in json.dumps(node)]
        gone = unplugged(wanted)
        if gone:
            print(f'TEST DOUBLE: there is no interface {", ".join(gone)}')
            bad.append('interfaces')
        # What is outside of the blocks that fail is committed all the same.
        result = [node for node in wanted if isinstance(node, str) or node[0] not in bad]
        result += [old for head in bad for old in top(active(), head)]
        apply(result)
        write(ACTIVE, result)
        note('commit failed' if bad else 'commit')
        for head in bad:
            print(f'[ {head} ]\nTEST DOUBLE: the value {BAD} is none that it takes\n\n[[{head}]] failed')
        if bad:
            print('Commit failed')
            return 1
        os.path.exists(session()) and os.remove(session())
        return 0


def unplugged(wanted):
    """Interfaces that are to be changed or taken out, and are not there: VyOS opens them all the same, and fails."""
    before, after = ({name: rest for name, *rest in interfaces_of(tree)} for tree in (active(), wanted))
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return [name for name in changed if not os.path.exists(f'/sys/class/net/{name}')]


def apply(tree):
    for name, address, mtu in interfaces_of(tree):
        subprocess.run(['ip', 'link', 'set', 'dev', name, 'mtu', mtu], check=True)
        subprocess.run(['ip', 'address', 'replace', address, 'dev', name], check=True)
    kept = {name for name, _, _ in interfaces_of(tree)}
    for name, address, _ in interfaces_of(active()):
        if name not in kept and os.path.exists(f'/sys/class/net/{name}'):
            subprocess.run(['ip', 'address', 'del', address, 'dev', name], check=False)
    before, wanted = devices_of(active()), devices_of(tree)
    for name in before:
        if wanted.get(name) != before[name] and os.path.exists(f'/sys/class/net/{name}'):
            subprocess.run(['ip', 'link', 'del', name], check=True)
    for name, lines in wanted.items():
        if not os.path.exists(f'/sys/class/net/{name}'):
            for line in lines:
                subprocess.run(['ip', *line.split()], check=True)
    path = '/run/vyos-double.conf'
    with open(path, 'w') as file:
        file.write(frr_of(tree))
    for _ in range(300):
        if os.path.exists('/run/hinge/ready'):
            break
        time.sleep(0.1)
    reload = ['/usr/lib/frr/frr-reload.py', '--reload', '--stdout', path]
    said = subprocess.run(reload, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if said.returncode != 0:
        raise ValueError('TEST DOUBLE: FRR failed:\n' + said.stdout[-2000:])
    subprocess.run(['vtysh', '-c', 'write memory'], check=True, stdout=subprocess.DEVNULL)


def main(command, *arguments):
    if command == 'load':
        load(*arguments)
    elif command == 'changed':
        return 0 if changed() else 1
    elif command == 'commit':
        if not changed():
            print('No configuration changes to commit')
            return 1
        return commit()
    elif command == 'discard':
        os.path.exists(session()) and os.remove(session())
    elif command == 'save':
        print(f"Saving configuration to '{arguments[0]}'...")
        with open(arguments[0], 'w') as file:
            file.write(text_of(active()) + '\n' + FOOTER)
        note('save')
        print('Done')
    elif command == 'commands':
        print('\n'.join(commands_of(active())))
    return 0


try:
    sys.exit(main(*sys.argv[1:]))
except (ValueError, OSError, subprocess.CalledProcessError) as error:
    print(error)
    sys.exit(1)
