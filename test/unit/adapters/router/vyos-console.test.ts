import { describe, expect, it } from 'vitest';
import { VyosConsole } from '../../../../src/adapters/router/vyos-console.ts';
import { EXIT } from '../../../../src/adapters/router/vyos-scripts.ts';
import { RouterRefusal } from '../../../../src/core/failure.ts';
import type { CommandResult, NamespaceCommand } from '../../../../src/ports/node-engine.ts';
import type { RouterTarget } from '../../../../src/ports/router-console.ts';

const TARGET: RouterTarget = { node: 'n1', containerId: 'c1', platform: 'vyos' };

/** A container that answers every command with this. */
function consoleWith(result: Partial<CommandResult>): { console: VyosConsole; asked: NamespaceCommand[] } {
  const asked: NamespaceCommand[] = [];
  const run = (command: NamespaceCommand): Promise<CommandResult> => {
    asked.push(command);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...result });
  };
  return { console: new VyosConsole({ engines: new Map([['n1', { run }]]) }), asked };
}

const STORED = [
  "set interfaces ethernet eth1 address '10.200.0.2/27'",
  "set interfaces ethernet eth2 address '10.200.0.34/27'",
  "set protocols bgp neighbor 10.200.0.3 password 'secret'",
];
const ADDRESSES = JSON.stringify([
  {
    ifname: 'eth1',
    address: '02:42:0a:c8:00:02',
    addr_info: [{ family: 'inet', local: '10.200.0.2', prefixlen: 27 }],
  },
  {
    ifname: 'eth2',
    address: '02:42:0a:c8:00:22',
    addr_info: [{ family: 'inet6', local: 'fe80::1', prefixlen: 64 }],
  },
]);
/** Of FRR 9.1, shortened. */
const SUMMARY = JSON.stringify({
  routerId: '10.255.0.1',
  peers: {
    '10.200.0.3': {
      hostname: 'osaka',
      remoteAs: 65002,
      peerUptimeMsec: 65000,
      peerUptimeEstablishedEpoch: 1767225600,
      pfxRcd: 3,
      state: 'Established',
    },
  },
});
const report = (commands: readonly string[], stored = STORED): string =>
  [
    'ready\nhash1\n',
    `${stored.join('\n')}\n`,
    `${ADDRESSES}\n`,
    '',
    `${SUMMARY}\n`,
    `${commands.join('\n')}\n`,
  ].join('--- hinge ---\n');

describe('a router with VyOS', () => {
  it('is left alone while it boots', async () => {
    expect(await consoleWith({ stdout: 'booting\n' }).console.read(TARGET)).toMatchObject({
      ready: false,
      boots: true,
    });
  });

  it('tells sessions, and interfaces also when they have lost their address', async () => {
    const { console, asked } = consoleWith({
      stdout: report([...STORED, 'set protocols bgp neighbor 10.200.0.3 bfd']),
    });
    expect(await console.read(TARGET)).toMatchObject({
      ready: true,
      appliedHash: 'hash1',
      drift: ['+ set protocols bgp neighbor 10.200.0.3 bfd'],
      sessions: [
        {
          address: '10.200.0.3',
          asn: 65002,
          state: 'Established',
          upMs: 65000,
          watched: true,
          prefixesReceived: 3,
        },
      ],
      interfaces: [{ name: 'eth1', address: '10.200.0.2/27' }],
      bare: [{ name: 'eth2', address: '10.200.0.34/27' }],
    });
    expect(asked[0]?.namespaces).toBe('all');
  });

  it('tells what was changed by hand, without passwords', async () => {
    const changed = STORED.map((line) => line.replace("'secret'", "'other'"));
    const { drift } = await consoleWith({ stdout: report(changed) }).console.read(TARGET);
    expect(drift).toEqual([
      '- set protocols bgp neighbor 10.200.0.3 password ***',
      '+ set protocols bgp neighbor 10.200.0.3 password ***',
    ]);
  });

  it('is given its configuration on standard input, and refuses it in its own words', async () => {
    const text = 'protocols {\n    bgp {\n        password "s3cret"\n    }\n}\n';
    const stderr = `Loading configuration from '/x'\n[ protocols bgp ]\nInvalid value s3cret\n\n[[protocols bgp]] failed\nCommit failed\n`;
    const { console, asked } = consoleWith({ exitCode: 2, stderr });
    const refused = console.configure(TARGET, { text, hash: 'h' });
    await expect(refused).rejects.toThrow(
      new RouterRefusal(
        'VyOS did not take the configuration, and goes on with the last good one: [ protocols bgp ]; Invalid value ***; [[protocols bgp]] failed; Commit failed',
      ),
    );
    expect(asked[0]).toMatchObject({ stdin: text, changes: true });
    expect(asked[0]?.argv.join(' ')).not.toContain('s3cret');
  });

  it.each([
    [EXIT.lost, /^VyOS did not take the configuration, nor the last good one after it: no$/],
    [EXIT.ungood, /^VyOS did not take the configuration, and has taken none before: no$/],
    [EXIT.slow, /^VyOS is still committing after 80 s/],
    [EXIT.unsaved, /^VyOS runs the configuration, and has not saved it; hinge tries again: no$/],
  ])('says what became of it (%i)', async (exitCode, words) => {
    const { console } = consoleWith({ exitCode, stderr: 'no\n' });
    await expect(console.configure(TARGET, { text: '', hash: 'h' })).rejects.toThrow(words);
  });

  it('says that somebody else is at it, and gives no more of its words than fit', async () => {
    const locked = consoleWith({ exitCode: EXIT.locked }).console.configure(TARGET, { text: '', hash: 'h' });
    await expect(locked).rejects.toMatchObject({ reason: 'Locked' });
    const long = consoleWith({ exitCode: 2, stderr: 'x'.repeat(5000) }).console.configure(TARGET, {
      text: '',
      hash: 'h',
    });
    await expect(long).rejects.toSatisfy((error: Error) => error.message.length < 1100);
    const silent = consoleWith({ exitCode: 127 }).console.configure(TARGET, { text: '', hash: 'h' });
    await expect(silent).rejects.toMatchObject({
      reason: 'ScriptFailed',
      message: expect.stringContaining('127') as string,
    });
  });
});
