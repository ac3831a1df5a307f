import type Dockerode from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { within } from '../../deploy/lab/wait.ts';
import type { RouterStatus } from '../../src/api/status.ts';
import type { Container } from '../support/containers.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import { taskOf } from '../support/seen.ts';
import { document, pathRef, router, useTestbed } from '../support/testbed.ts';

const CALL_MS = 40_000;
const FOREIGN = 'taken-foreign';

interface Link {
  readonly id: string;
  readonly name: string;
}

describe('what somebody else has', () => {
  const testbed = useTestbed('/taken', { HINGE_RESYNC: '5s' });
  const documents = [
    document('Router', 'taken-left', { asn: 65201, placement: { node: 'node1' } }),
    document('Router', 'taken-right', { asn: 65202, placement: { node: 'node2' } }),
    document('Path', 'taken', {
      via: ['taken-left', 'taken-right'],
      hops: [{ between: ['taken-left', 'taken-right'], subnet: '10.77.0.0/24' }],
    }),
  ];
  const refs = documents.map(({ ref }) => ref);
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await testbed.put(...documents);
    await testbed.ready(refs);
  });

  afterEach(async () => {
    const removals = testbed.lab.nodes.map(({ name, docker }) =>
      within(CALL_MS, name, docker.getContainer(FOREIGN).remove({ force: true })),
    );
    await Promise.allSettled(removals);
  });

  /** Starts a container that is not hinge's on a node, with an address of the link. */
  async function take(node: string, link: Link, address: string): Promise<Dockerode.Container> {
    const left = await taskOf(testbed, 'taken-left');
    const own = testbed.lab.node('node1').docker.getContainer(left.found.id);
    const { Config } = await within(CALL_MS, 'inspecting', own.inspect());
    const { docker } = testbed.lab.node(node);
    const foreign = await within(
      CALL_MS,
      'making the container',
      docker.createContainer({
        name: FOREIGN,
        Image: Config.Image,
        Entrypoint: ['sleep', 'infinity'],
        HostConfig: { NetworkMode: link.name },
        NetworkingConfig: { EndpointsConfig: { [link.name]: { IPAMConfig: { IPv4Address: address } } } },
      }),
    );
    await within(CALL_MS, 'starting the container', foreign.start());
    return foreign;
  }

  const held = async (foreign: Dockerode.Container): Promise<unknown> => {
    const { Id, State, NetworkSettings } = await within(CALL_MS, 'inspecting', foreign.inspect());
    const endpoints = Object.values(NetworkSettings.Networks).map(({ EndpointID, IPAddress }) => [
      EndpointID,
      IPAddress,
    ]);
    return { Id, State: State.Status, endpoints };
  };

  async function linkOf(left: Container): Promise<Link & { readonly address: string }> {
    const { networks } = await testbed.inventory();
    const link = networks.find(({ key }) => key === 'link/taken-left--taken-right');
    const address = left.found.endpoints.find(({ network }) => network === link?.name)?.address ?? '';
    expect(address).toMatch(/^10\.77\.0\./);
    return { id: link?.id ?? '', name: link?.name ?? '', address };
  }

  const toldOf = (node: string, { name, address }: { name: string; address: string }) =>
    testbed.condition(router('taken-left'), 'Attached', {
      status: 'False',
      reason: 'AddressTaken',
      message: new RegExp(`^container ${FOREIGN} on ${node}, .* has ${address} on ${name}: `),
    });

  it.each(['node1', 'node3'])('row 23: a free address that a container on %s has taken', async (node) => {
    const left = await taskOf(testbed, 'taken-left');
    const link = await linkOf(left);
    await operator.stop();
    const network = testbed.lab.node('node1').docker.getNetwork(link.id);
    await within(CALL_MS, 'unplugging', network.disconnect({ Container: left.found.id }));
    const foreign = await take(node, link, link.address);
    const before = await held(foreign);
    expect(before).toMatchObject({ State: 'running', endpoints: [[expect.anything(), link.address]] });

    operator = await testbed.start(`beside a container on ${node}`);
    const told = await toldOf(node, link);
    console.info(told.message);
    await operator.idle();
    expect(await operator.metric('hinge_actions_total', { type: 'plug' })).toBe(0);
    expect(await held(foreign)).toEqual(before);

    const freed = performance.now();
    await within(CALL_MS, 'removing the container', foreign.remove({ force: true }));
    await testbed.ready(refs);
    const seconds = (performance.now() - freed) / 1000;
    const fault = `free address taken by a container on ${node === 'node1' ? 'the same' : 'another'} node, freed`;
    recovery(
      '23',
      fault,
      seconds,
      'until Ready; before that nothing is tried, and the other container is untouched',
    );
    expect((await taskOf(testbed, 'taken-left')).found.id).toBe(left.found.id);
  });

  it('row 23: an address in use that a container on another node takes, too', async () => {
    const left = await taskOf(testbed, 'taken-left');
    const link = await linkOf(left);
    const taken = performance.now();
    const foreign = await take('node3', link, link.address);
    const told = await toldOf('node3', link);
    const noticed = (performance.now() - taken) / 1000;
    console.info(told.message);
    expect((await taskOf(testbed, 'taken-left')).found).toEqual(left.found);
    const freed = performance.now();
    await within(CALL_MS, 'removing the container', foreign.remove({ force: true }));
    await testbed.ready(refs);
    const seconds = (performance.now() - freed) / 1000;
    const note = `until Ready; it was said ${noticed.toFixed(1)} s after somebody began to take it`;
    recovery('23', 'address in use taken by a container on another node, freed', seconds, note);
    expect((await taskOf(testbed, 'taken-left')).found).toEqual(left.found);
  });

  it('row 23: an AS number and a subnet that another object has', async () => {
    const late = [
      document('Router', 'late-a', { asn: 65201 }),
      document('Router', 'late-b'),
      document('Path', 'late', {
        via: ['late-b', 'taken-right'],
        hops: [{ between: ['late-b', 'taken-right'], subnet: '10.77.0.128/25' }],
      }),
    ];
    await testbed.put(...late);
    const refused = { status: 'False', reason: 'Conflict' } as const;
    await testbed.condition(router('late-a'), 'Valid', { ...refused, message: /65201.*taken-left/ });
    await testbed.condition(pathRef('late'), 'Valid', { ...refused, message: /10\.77\.0\.0\/24/ });
    await testbed.ready([...refs, router('late-b')]);
    await operator.idle();
    const before = await testbed.snapshot();
    // Whoever was first stays it, also for an operator that reads both at once.
    await operator.stop();
    operator = await testbed.start('reads both at once');
    await operator.idle();
    await testbed.ready([...refs, router('late-b')]);
    expectNothingWritten(before, await testbed.snapshot());

    const freed = performance.now();
    await testbed.del(pathRef('taken'), router('taken-left'));
    await testbed.ready([router('late-a'), router('late-b'), pathRef('late')]);
    const seconds = (performance.now() - freed) / 1000;
    recovery('23', 'AS number and subnet of another object, freed', seconds, 'until the second one is Ready');
    expect(((await testbed.status(router('late-a'))) as RouterStatus).asn).toBe(65201);
  });
});
