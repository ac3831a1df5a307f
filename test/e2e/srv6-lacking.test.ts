import { describe, expect, it } from 'vitest';
import { allRows } from '../support/slow.ts';
import { document, measured, useTestbed } from '../support/testbed.ts';

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

    await change('+x');
    await testbed.endOperators();
    await testbed.start('second');
    await testbed.condition(path.ref, 'Segmented', { status: 'True' });
    await testbed.ready([path.ref, joined.ref]);
  });
});
