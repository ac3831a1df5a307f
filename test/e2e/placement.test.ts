import { describe, expect, it } from 'vitest';
import type { RouterStatus } from '../../src/api/status.ts';
import { document, useTestbed } from '../support/testbed.ts';

describe('a node that the operator has no endpoint for', () => {
  const testbed = useTestbed('/placement');
  const near = document('Router', 'near', { placement: { node: 'node1' } });
  const far = document('Router', 'far', { placement: { node: 'node3' } });
  const path = document('Path', 'path', { via: ['near', 'far'] });

  it('is named in the condition of what runs there, and the rest goes on', async () => {
    const nodes = (testbed.env['HINGE_NODES'] ?? '').split(',').filter((one) => !one.startsWith('node3='));
    expect(nodes).toHaveLength(2);
    await testbed.start('without node3', { HINGE_NODES: nodes.join(',') });
    await testbed.put(near, far, path);
    await testbed.condition(far.ref, 'Running', {
      status: 'False',
      reason: 'NodeWithoutEndpoint',
      message: /runs on node3, which has no endpoint.*HINGE_NODES/,
    });
    await testbed.condition(near.ref, 'Configured', { status: 'True' });
    await testbed.condition(path.ref, 'Linked', { status: 'False', message: /near – far/ });
  });

  it('is used as soon as an operator has its endpoint', async () => {
    await testbed.operators[0]?.stop();
    await testbed.start('with node3');
    await testbed.ready([near.ref, far.ref, path.ref]);
    expect(((await testbed.status(far.ref)) as RouterStatus).node).toBe('node3');
    const { containers } = await testbed.inventory();
    expect(containers.find(({ workload }) => workload === 'router/far')?.node).toBe('node3');
  });
});
