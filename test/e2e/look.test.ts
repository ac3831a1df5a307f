import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus, PathStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { hinge, HINGE, SURROUNDINGS } from '../support/operator.ts';
import { document, experiment, pathRef, useTestbed } from '../support/testbed.ts';

/** Three routers in a row with a host at each end. */
const DOCUMENTS = [
  ...['west', 'middle', 'east'].map((name) => document('Router', `look-${name}`)),
  document('Path', 'look-over', { via: ['look-west', 'look-middle', 'look-east'] }),
  document('Experiment', 'look', {
    hosts: [
      { name: 'a', router: 'look-west' },
      { name: 'b', router: 'look-east' },
    ],
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'look-over' }],
  }),
];

interface Traced {
  readonly right: boolean;
  readonly probes: readonly {
    readonly connection: string;
    readonly forward: {
      readonly right: boolean;
      readonly firstWrong?: number;
      readonly hops: readonly object[];
    };
  }[];
}

describe('looking into the network, without an operator', () => {
  const testbed = useTestbed('/look');
  let directory: string;

  const run = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await hinge(testbed.env, args);
    expect(exitCode, `hinge ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  };

  /** A `hinge` that goes on, and what it has printed so far. */
  const start = (...args: readonly string[]) => {
    const child = spawn(process.execPath, [HINGE, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...SURROUNDINGS, ...testbed.env },
    });
    const said = { stdout: Buffer.alloc(0), stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout = Buffer.concat([said.stdout, chunk])));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const exit = once(child, 'exit');
    return { child, said, exit };
  };

  /** Pings between the two routers that the captures are about. */
  const pings = async (): Promise<void> => {
    const west = await testbed.container('router/look-west');
    const { links = [] } = (await testbed.status(pathRef('look-over'))) as PathStatus;
    await west.run('ping', '-n', '-q', '-i', '0.05', '-c', '4', links[0]?.addresses[1] ?? '');
  };

  const listening = (said: { readonly stderr: string }): Promise<void> =>
    eventually(() => Promise.resolve().then(() => expect(said.stderr).toContain('listening on')), {
      timeoutMs: 30_000,
      intervalMs: 20,
      message: 'the capture listens',
    });

  /** What the node helpers run besides the operator's own agent. */
  const running = async (): Promise<string> => {
    const nodes = testbed.lab.env['HINGE_NODES']?.split(',').map((entry) => entry.split('=')[0] ?? '') ?? [];
    const found = await Promise.all(
      nodes.map(async (node) => (await testbed.lab.node(node).exec(['ps', '-eo', 'args'])).stdout),
    );
    return found
      .join('\n')
      .split('\n')
      .filter((line) => /hinge-agent attach|^tcpdump |^sleep 4711/.test(line))
      .join('\n');
  };

  const nothingRuns = (): Promise<void> =>
    eventually(async () => expect(await running()).toBe(''), {
      timeoutMs: 30_000,
      intervalMs: 100,
      message: 'no process is left in any container',
    });

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-look-'));
    await testbed.start();
    await testbed.put(...DOCUMENTS);
    await testbed.ready(DOCUMENTS.map(({ ref }) => ref));
    // From here on nobody repairs what is broken.
    await testbed.endOperators();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('trace shows each hop of a good Path, there and back', async () => {
    const said = await run('trace', 'look-over');
    const lines = said.split('\n').filter((line) => /^ +\d/.test(line));
    expect(lines.map((line) => line.trim().split(/ +/)[1])).toEqual([
      ...['look-west', 'look-middle', 'look-east', 'look/b'],
      ...['look-east', 'look-middle', 'look-west', 'look/a'],
    ]);
    expect(said).toMatch(/^look-west has [0-9./]+ by AS path \d+ \d+$/m);
    expect(said).toMatch(/^10 packets between the hosts: 0 % lost, [0-9.]+ ms there and back$/m);
    expect(said).toContain('all hops are right');
    const json = JSON.parse(await run('trace', 'look/ab', '-o', 'json')) as Traced;
    expect(json).toMatchObject({ right: true, probes: [{ connection: 'look/ab', path: 'look-over' }] });
    expect(json.probes[0]).toMatchObject({ packets: { sent: 10, lossPercent: 0 } });
    expect(json.probes[0]?.forward.hops).toHaveLength(4);
  });

  it('console runs a command in a router, with its input and its exit code', async () => {
    const { exitCode, stdout, stderr } = await hinge(
      testbed.env,
      ['console', 'look-middle', '--', 'sh', '-c', 'hostname; cat; echo aside >&2; exit 7'],
      'typed\n',
    );
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 7,
      stdout: 'look-middle\ntyped',
      stderr: 'aside',
    });
    const shown = await hinge(testbed.env, ['console', 'look-middle'], 'show bgp summary\n');
    expect(shown.stdout).toMatch(/look-west$/m);
    expect(await hinge(testbed.env, ['console', 'look-midle'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('did you mean look-middle?') as string,
    });
  });

  it('console is a terminal where it is run in one', async () => {
    const command = `${process.execPath} ${HINGE} console look-middle -- sh -c 'stty size; exit 3'`;
    const typescript = spawn('script', ['-qec', `stty rows 33 cols 77; ${command}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...SURROUNDINGS, ...testbed.env, TERM: 'xterm' },
    });
    let shown = '';
    typescript.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    const [code] = (await once(typescript, 'close')) as [number];
    expect(shown).toContain('33 77');
    expect(code).toBe(3);
  });

  it('capture writes to a file and to standard output what tcpdump reads, and shows text', async () => {
    const file = path.join(directory, 'link.pcap');
    const common = ['look-middle', 'look-west', '-c', '2', 'icmp'];
    const captures = [
      start('capture', '-w', file, ...common),
      start('capture', '-w', '-', ...common),
      start('capture', ...common),
    ];
    for (const { said } of captures) await listening(said);
    await pings();
    for (const { exit, said } of captures) {
      await exit;
      expect(said.stderr).toContain('2 packets captured');
    }
    const [, piped, text] = captures;
    expect(text?.said.stdout.toString()).toMatch(/ICMP echo request/);
    for (const pcap of [await readFile(file), piped?.said.stdout ?? Buffer.alloc(0)]) {
      const { stdout } = await hinge(
        testbed.env,
        ['console', 'look-east', '--', 'tcpdump', '-n', '-r', '-'],
        pcap,
      );
      expect(stdout.match(/ICMP echo (request|reply)/g)).toHaveLength(2);
    }
  });

  it('leaves no process behind, however it ends', async () => {
    const ways = [
      ['SIGINT', 0],
      ['SIGKILL', null],
    ] as const;
    for (const [signal, code] of ways) {
      const { child, said, exit } = start('capture', 'look-west', 'look/a');
      await listening(said);
      expect(await running()).toContain('tcpdump');
      child.kill(signal);
      await exit;
      expect(child.exitCode, said.stderr).toBe(code);
      await nothingRuns();
    }
    const { child, exit } = start('console', 'look-west', '--', 'sleep', '4711');
    await eventually(async () => expect(await running()).toContain('sleep 4711'), {
      timeoutMs: 30_000,
      intervalMs: 50,
      message: 'the command runs',
    });
    child.kill('SIGTERM');
    await exit;
    await nothingRuns();
  });

  it('get routes shows where each router sends packets', async () => {
    const table = await run('get', 'routes');
    for (const router of ['look-west', 'look-middle', 'look-east'])
      expect(table).toMatch(new RegExp(`^${router} +10\\.\\S+ +local`, 'm'));
    expect(table).toMatch(/^look-west +10\.\S+ +10\.\S+ +look-middle +\d+ \d+$/m);
  });

  it('trace marks the router that sends packets nowhere', async () => {
    const { hosts = [] } = (await testbed.status(experiment('look'))) as ExperimentStatus;
    const address = hosts.find(({ name }) => name === 'b')?.address ?? '';
    await run(
      'console',
      'look-middle',
      '--',
      'ip',
      'route',
      'replace',
      'blackhole',
      address.replace(/\d+$/, '0/24'),
    );
    const { exitCode, stdout, stderr } = await hinge(testbed.env, ['trace', 'look/ab']);
    expect(exitCode).toBe(1);
    const marked = stdout.split('\n').filter((line) => line.includes('the first hop that is wrong'));
    expect(marked).toHaveLength(2);
    expect(marked[0]).toMatch(/^ +2 +\* .* look-middle \(/);
    expect(stderr).toMatch(/look\/ab, forward: hop 2 of 4 should be look-middle .*, but nothing answered/);
  });
});
