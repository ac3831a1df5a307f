import { describe, expect, it } from 'vitest';
import { RouterRefusal } from '../../../../../src/core/failure.ts';
import { ROUTING_SYSCTLS } from '../../../../../src/core/plan/platforms.ts';
import { dialectOf } from '../../../../../src/core/render/dialects.ts';
import { watchedIn, withoutBfd } from '../../../../../src/core/render/vyos/bfd.ts';
import { bootPaths, bootTree, bootTreeText } from '../../../../../src/core/render/vyos/boot-tree.ts';
import { bootText } from '../../../../../src/core/render/vyos/boot-text.ts';
import { vyosRouterOf } from '../../../../../src/core/render/vyos/from-plan.ts';
import { bootFiles } from '../../../../../src/core/render/vyos/in-container.ts';
import { interfacePlaceholder, withNames } from '../../../../../src/core/render/vyos/interface-names.ts';
import { renderVyos } from '../../../../../src/core/render/vyos/render.ts';
import { withoutSecrets, withSecrets } from '../../../../../src/core/render/vyos/secrets.ts';
import { configurationText } from '../../../../../src/core/render/text.ts';
import { exampleNames, plansOfExample } from './routers.ts';

const examples = exampleNames().flatMap((name) => plansOfExample(name));
const planned = examples.map((plan) => dialectOf('vyos').render(plan, '1.4').configuration);

describe('the configuration that VyOS boots from', () => {
  it('is read as lines and blocks, and written the same again', () => {
    for (const { text } of planned) expect(bootTreeText(bootTree(text))).toBe(text);
  });

  it('is the one that hinge render prints, once interfaces are called as there', () => {
    for (const [index, plan] of examples.entries()) {
      const interfaces = plan.interfaces.map(({ address }, at) => ({ name: `eth${at.toString()}`, address }));
      const { items } = renderVyos(vyosRouterOf(plan, ROUTING_SYSCTLS), '1.4');
      const given = planned[index] ?? configurationText('');
      expect(withNames(given, interfaces)).toEqual(configurationText(bootText(items, '1.4')));
    }
  });

  it('says nothing of interfaces that are not plugged in', () => {
    const text = [
      'interfaces {',
      '    ethernet "{interface:10.9.0.2}" {',
      '        address "10.9.0.2/24"',
      '    }',
      '    ethernet "{interface:10.9.1.2}" {',
      '        address "10.9.1.2/24"',
      '    }',
      '}',
      'protocols {',
      '    segment-routing {',
      '        interface "{interface:10.9.1.2}" {',
      '            srv6 {',
      '            }',
      '        }',
      '        srv6 {',
      '            locator hinge {',
      '            }',
      '        }',
      '    }',
      '}',
      '',
    ].join('\n');
    const seen = withNames(configurationText(text), [{ name: 'eth7', address: '10.9.0.2/24' }]);
    expect(bootPaths(bootTree(seen.text))).toEqual([
      'interfaces ethernet eth7 address "10.9.0.2/24"',
      'protocols',
    ]);
    const both = ['0', '1'].map((net) => ({ name: `eth${net}`, address: `10.9.${net}.2/24` }));
    expect(bootPaths(bootTree(withNames(configurationText(text), both).text))).toContain(
      'protocols segment-routing interface eth1 srv6',
    );
    expect(interfacePlaceholder('10.9.0.2/24')).toBe('{interface:10.9.0.2}');
  });

  it('is without BFD for neighbours that are not steady', () => {
    const [given] = planned;
    const [neighbor = ''] = given?.text.match(/(?<=neighbor )[\d.]+/) ?? [];
    const rest = withoutBfd(given ?? configurationText(''), [neighbor]).text;
    expect(bootPaths(bootTree(given?.text ?? '')).join('\n')).toContain(`neighbor ${neighbor} bfd`);
    expect(bootPaths(bootTree(rest)).join('\n')).not.toContain(`neighbor ${neighbor} bfd`);
    expect(rest).toContain(`neighbor ${neighbor} {`);
    const shown = [
      "set protocols bgp neighbor 10.0.0.1 bfd profile 'hinge'",
      'set protocols bgp 65001 neighbor 10.0.0.2 bfd',
      "set protocols bgp neighbor 10.0.0.3 description 'bfd'",
    ];
    expect([...watchedIn(shown.join('\n'))]).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('is put into the container with what VyOS wants to find there', () => {
    const files = bootFiles({ text: 'x', hash: 'h' });
    expect(files.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'directory /opt/vyatta/etc/config',
      'directory /opt/vyatta/etc/config/scripts',
      'directory /opt/vyatta/etc/config/hinge',
      'file /opt/vyatta/etc/config/config.boot',
      'file /opt/vyatta/etc/config/hinge/boot',
      'file /opt/vyatta/etc/config/scripts/vyos-preconfig-bootup.script',
      'file /opt/vyatta/etc/config/scripts/vyos-postconfig-bootup.script',
      'link /etc/systemd/system/getty@.service',
      'link /etc/systemd/system/auditd.service',
    ]);
  });
});

describe('passwords in it', () => {
  const line = '            password "{secret:core:42}"\n';

  it('stand there when it is given, as VyOS quotes them', () => {
    expect(withSecrets(`a\n${line}b\n`, (name) => `${name}\\$&x`)).toBe(
      'a\n            password "core\\$&x"\nb\n',
    );
    for (const quoted of ["it's", 'a"b'])
      expect(() => withSecrets(line, () => quoted)).toThrow(RouterRefusal);
    const other = 'description "{secret:core:42}"\n';
    expect(withSecrets(other, () => 'x')).toBe(other);
  });

  it('are left out of what VyOS says of it', () => {
    const given = withSecrets(line, () => 'a\\b');
    expect(withoutSecrets('Invalid value "a\\b" for password', given)).toBe(
      'Invalid value "***" for password',
    );
  });

  it('are those that the plan names, whatever users write', () => {
    const [plan] = examples;
    if (plan === undefined) throw new Error('there is no example');
    const extraConfig =
      "set protocols bgp neighbor 192.0.2.1 password '{secret:other:1}'\nset system time-zone 'UTC'\n";
    const { configuration, notes } = dialectOf('vyos').render(
      { ...plan, rendered: { ...plan.rendered, extraConfig } },
      '1.4',
    );
    expect(configuration.text).not.toContain('other');
    expect(configuration.text).toContain('time-zone');
    expect(notes.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'BadLine: Line 1 of spec.extraConfig was left out: {secret: is how hinge itself writes what it fills in later.',
    ]);
  });
});

describe('sessions that a change of extraConfig may reset', () => {
  const text = (option: string) =>
    `protocols {\n    bgp {\n        neighbor 10.0.0.1 {\n${option}\n        }\n    }\n}\n`;
  const { resets } = dialectOf('vyos');

  it('are those of neighbours whose options are not hinge’s own', () => {
    const before = text('            description "a"');
    expect(resets(before, text('            description "b"'))).toEqual([]);
    expect(resets(before, text('            description "a"\n            passive'))).toEqual([
      {
        line: 'protocols bgp neighbor 10.0.0.1 passive',
        change: 'added',
        neighbor: '10.0.0.1',
        certain: false,
      },
    ]);
  });
});
