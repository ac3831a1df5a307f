import fc from 'fast-check';
import { HELPER_LABEL, WORKLOAD_LABEL } from '../../../src/core/plan/labels.ts';
import type { Testbed } from '../../support/workload.ts';
import { HELPER_IMAGE, MANAGEMENT } from '../../support/scene.ts';
import { engineOf, type Side } from './side.ts';

/** Hosts, each bound to a node: two on one, since addresses are refused per node. */
export const HOSTS = { a: 'node1', b: 'node2', c: 'node1' } as const;
type Host = keyof typeof HOSTS;

/** One call through the ports, or a deed beside them. @returns after it was answered. @throws DockerError */
export interface Call {
  /** For people. */
  readonly what: string;
  readonly make: (side: Side, testbed: Testbed) => Promise<unknown>;
  /** The network that it removes. */
  readonly removes?: number;
}

const call = (what: string, make: Call['make'], removes?: number): Call => ({
  what,
  make,
  ...(removes === undefined ? {} : { removes }),
  ...{ [fc.toStringMethod]: () => what },
});

/** An id that no engine knows. */
const NOBODY = '0'.repeat(64);

async function containerOf(side: Side, testbed: Testbed, host: Host): Promise<string> {
  const { containers } = await engineOf(side, HOSTS[host]).list();
  const { key } = testbed.workload(host);
  return containers.find((one) => one.running && one.labels[WORKLOAD_LABEL] === key)?.id ?? NOBODY;
}

async function helperOf(side: Side, node: string): Promise<string> {
  const { containers } = await engineOf(side, node).list();
  return containers.find(({ labels }) => labels[HELPER_LABEL] !== undefined)?.id ?? NOBODY;
}

/** By name; one that is gone is asked for by an id that nobody has. */
export async function networkOf(side: Side, testbed: Testbed, index: number): Promise<string> {
  const { networks } = await side.swarm.list();
  return networks.find(({ name }) => name === testbed.network(index).name)?.id ?? 'x'.repeat(25);
}

export const createNetwork = (index: number): Call =>
  call(`create network ${String(index)}`, (side, testbed) =>
    side.swarm.createNetwork(testbed.network(index)),
  );

export const removeNetwork = (index: number): Call =>
  call(
    `remove network ${String(index)}`,
    async (side, testbed) => side.swarm.removeNetwork(await networkOf(side, testbed, index)),
    index,
  );

export const createHost = (host: Host, env: readonly string[] = []): Call =>
  call(`create host ${host}`, async (side, testbed) => {
    const constraints = [`node.hostname==${HOSTS[host]}`];
    const management = await side.swarm.createNetwork(testbed.network(MANAGEMENT));
    await side.swarm.createService(testbed.workload(host, { constraints, env }), management);
  });

const updateHost = (host: Host, value: number): Call =>
  call(`set variable ${String(value)} of host ${host}`, async (side, testbed) => {
    const constraints = [`node.hostname==${HOSTS[host]}`];
    const workload = testbed.workload(host, { constraints, env: [`VALUE=${String(value)}`] });
    const service = (await side.swarm.list()).services.find(({ name }) => name === workload.service.name);
    if (service === undefined) return;
    const management = await networkOf(side, testbed, MANAGEMENT);
    await side.swarm.updateService(service.id, service.version, workload, management);
  });

const removeHost = (host: Host): Call =>
  call(`remove host ${host}`, async (side, testbed) => {
    const { name } = testbed.workload(host).service;
    const service = (await side.swarm.list()).services.find((one) => one.name === name);
    await side.swarm.removeService(service?.id ?? 'x'.repeat(25));
  });

const killHost = (host: Host): Call =>
  call(`kill host ${host}`, async (side, testbed) => {
    const id = await containerOf(side, testbed, host);
    if (id !== NOBODY) await side.kill(HOSTS[host], id);
  });

/** The container that stands in a host's namespaces; there is one of its name on the host's node. */
async function routerOf(side: Side, testbed: Testbed, host: Host): Promise<string> {
  const { containers } = await engineOf(side, HOSTS[host]).list();
  return containers.find(({ name }) => name === testbed.router(host).name)?.id ?? NOBODY;
}

export const createRouter = (host: Host): Call =>
  call(`create a router in host ${host}`, async (side, testbed) => {
    const sandbox = await containerOf(side, testbed, host);
    // Nobody makes one in a container that was never there.
    if (sandbox !== NOBODY) await engineOf(side, HOSTS[host]).createRouter(testbed.router(host), sandbox, []);
  });

const startRouter = (host: Host): Call =>
  call(`start the router in host ${host}`, async (side, testbed) =>
    engineOf(side, HOSTS[host]).startRouter(await routerOf(side, testbed, host)),
  );

const removeRouter = (host: Host): Call =>
  call(`remove the router in host ${host}`, async (side, testbed) =>
    engineOf(side, HOSTS[host]).removeRouter(await routerOf(side, testbed, host)),
  );

const killRouter = (host: Host): Call =>
  call(`kill the router in host ${host}`, async (side, testbed) => {
    const { containers } = await engineOf(side, HOSTS[host]).list();
    const id = await routerOf(side, testbed, host);
    if (containers.some((one) => one.id === id && one.running)) await side.kill(HOSTS[host], id);
  });

export const plug = (host: Host, index: number, last: number): Call =>
  call(`plug network ${String(index)} into host ${host} as …${String(last)}`, async (side, testbed) =>
    engineOf(side, HOSTS[host]).connect(
      await containerOf(side, testbed, host),
      await networkOf(side, testbed, index),
      testbed.address(index, last),
    ),
  );

export const unplug = (host: Host, index: number): Call =>
  call(`unplug network ${String(index)} from host ${host}`, async (side, testbed) =>
    engineOf(side, HOSTS[host]).disconnect(
      await containerOf(side, testbed, host),
      await networkOf(side, testbed, index),
    ),
  );

export const ensureHelper = (node: string): Call =>
  call(`start the helper on ${node}`, (side) => engineOf(side, node).ensureHelper(HELPER_IMAGE));

const removeHelper = (node: string): Call =>
  call(`remove the helper from ${node}`, (side) => engineOf(side, node).removeHelper());

export const killHelper = (node: string): Call =>
  call(`kill the helper on ${node}`, async (side) => {
    const { containers } = await engineOf(side, node).list();
    const helper = containers.find(({ labels, running }) => running && labels[HELPER_LABEL] !== undefined);
    if (helper !== undefined) await side.kill(node, helper.id);
  });

export const plugHelper = (node: string, index: number): Call =>
  call(`plug network ${String(index)} into the helper on ${node}`, async (side, testbed) =>
    engineOf(side, node).connect(await helperOf(side, node), await networkOf(side, testbed, index)),
  );

export const unplugHelper = (node: string, index: number): Call =>
  call(`unplug network ${String(index)} from the helper on ${node}`, async (side, testbed) =>
    engineOf(side, node).disconnect(await helperOf(side, node), await networkOf(side, testbed, index)),
  );

const aHost = fc.constantFrom<Host>('a', 'b', 'c');
const aNode = fc.constantFrom('node1', 'node2');
const aNetwork = fc.constantFrom(0, 1);

const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 1, arbitrary: aNetwork.map(createNetwork) },
  { weight: 2, arbitrary: aNetwork.map(removeNetwork) },
  { weight: 1, arbitrary: aHost.map((host) => createHost(host)) },
  { weight: 1, arbitrary: fc.tuple(aHost, fc.nat(3)).map(([host, value]) => updateHost(host, value)) },
  { weight: 1, arbitrary: aHost.map(removeHost) },
  { weight: 2, arbitrary: aHost.map(killHost) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(aHost, aNetwork, fc.constantFrom(2, 3))
      .map(([host, index, last]) => plug(host, index, last)),
  },
  { weight: 3, arbitrary: fc.tuple(aHost, aNetwork).map(([host, index]) => unplug(host, index)) },
  { weight: 2, arbitrary: aNode.map(ensureHelper) },
  { weight: 1, arbitrary: aNode.map(removeHelper) },
  { weight: 1, arbitrary: aNode.map(killHelper) },
  { weight: 4, arbitrary: fc.tuple(aNode, aNetwork).map(([node, index]) => plugHelper(node, index)) },
  { weight: 2, arbitrary: fc.tuple(aNode, aNetwork).map(([node, index]) => unplugHelper(node, index)) },
  { weight: 3, arbitrary: aHost.map(createRouter) },
  { weight: 1, arbitrary: aHost.map(startRouter) },
  { weight: 1, arbitrary: aHost.map(removeRouter) },
  { weight: 1, arbitrary: aHost.map(killRouter) },
);

export const anyScript = fc.array(anyCall, { minLength: 8, maxLength: 14 });
