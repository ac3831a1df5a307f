import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { allRows } from '../support/slow.ts';
import { document, measured, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 30_000;
/** Far less than the time after which everything is looked at again. */
const SOON_MS = 10_000;

describe.runIf(allRows)('a node that cannot do all that SRv6 needs', () => {
  const testbed = useTestbed('/srv6-lacking');
  const names = ['lacking-1', 'lacking-2', 'lacking-3'] as const;
  const routers = names.map((name, index) =>
    document('Router', name, { placement: { node: `node${String(index + 1)}` } }),
  );
  const path = document('Path', 'lacking', { via: names, engineering: 'srv6' });
  const hosts = [
    { name: 'a', router: names[0] },
    { name: 'b', router: names[2] },
  ];
  const joined = document('Experiment', 'lacking', {
    hosts,
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'lacking', match: { protocol: 'icmp' } }],
  });

  /** Has the helper of node2 lose, or find again, one of the programs that it needs. */
  const change = async (mode: '-x' | '+x'): Promise<void> => {
    const { containers } = await testbed.inventory();
    const helper = containers.find(({ workload, node }) => workload === undefined && node === 'node2');
    const node = testbed.lab.node('node2');
    const { State } = await node.docker.getContainer(helper?.id ?? '').inspect();
    await node.exec(['nsenter', '--target', String(State.Pid), '--mount', 'chmod', mode, '/usr/sbin/nft']);
  };

  it('is named, and its router is left as it was, until it can', async () => {
    await testbed.start();
    await testbed.put(...routers);
    await testbed.ready(routers.map(({ ref }) => ref));
    await change('-x');
    await testbed.put(path, joined);
    const { message } = await testbed.condition(path.ref, 'Segmented', {
      status: 'False',
      reason: 'KernelLacksSrv6',
      message: /node2 .*nf_tables.*nothing of it was set up in lacking-2/,
    });
    measured(message);
    const middle = await testbed.container('router/lacking-2');
    expect(await middle.run('ip', 'route', 'show', 'table', 'all', 'protocol', '222')).toBe('');
    expect(await middle.run('ip', '-6', 'address', 'show', 'dev', 'lo')).not.toContain('5f00:');
    await testbed.condition(path.ref, 'Ready', { status: 'False' });
    // The edges could, and send nothing along segments that end in the middle: plain BGP takes it there.
    for (const name of [names[0], names[2]]) {
      const edge = await testbed.container(`router/${name}`);
      const nothing = async (): Promise<void> =>
        expect(await edge.run('ip', 'route', 'show', 'table', 'all', 'protocol', '222')).toBe('');
      await eventually(nothing, { timeoutMs: BOUND_MS, message: `${name} sends nothing along segments` });
    }
    await testbed.condition(joined.ref, 'Connected', { status: 'True' });
    const arrives = async (): Promise<void> =>
      expect(await new Traffic(testbed, 'lacking/a', 'lacking/b').losses(20)).toBe(0);
    await eventually(arrives, { timeoutMs: BOUND_MS, message: 'plain BGP takes packets there' });

    await change('+x');
    await testbed.endOperators();
    await testbed.start('second');
    await testbed.condition(path.ref, 'Segmented', { status: 'True' });
    await testbed.ready([path.ref, joined.ref]);

    // Without a connection there is nothing to be said of segments, and that is said at once.
    await testbed.put(document('Experiment', 'lacking', { hosts }));
    await testbed.condition(path.ref, 'Proven', { status: 'Unknown', reason: 'NotUsed' }, SOON_MS);
  });
});
