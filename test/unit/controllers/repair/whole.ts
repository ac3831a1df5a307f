import { madeFrom } from '../../../../src/core/diff/made-from.ts';
import { differingFields } from '../../../../src/core/diff/conforms.ts';
import { type DesiredState, MANAGEMENT } from '../../../../src/core/plan/desired.ts';
import {
  HELPER_LABEL,
  MADE_FROM_LABEL,
  NETWORK_LABEL,
  PREFIX_LABEL,
  ROUTER_LABEL,
  SANDBOX_LABEL,
  WORKLOAD_LABEL,
} from '../../../../src/core/plan/labels.ts';
import type { ModelContainer, ModelNode } from '../../../support/model/things.ts';
import type { Configurations } from '../../../support/model/consoles.ts';
import type { World } from '../../../support/model/world.ts';
import { kernelsOf, runningKernels } from './kernels.ts';
import { type ModelTestbed, TESTBED } from './model-testbed.ts';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}
interface Placed {
  readonly node: ModelNode;
  readonly container: ModelContainer;
}

const isOurs = ({ labels }: Labelled): boolean => labels[PREFIX_LABEL] === TESTBED.prefix;

/**
 * How the world differs from what should be, line by line: `-` is missing, `+` is too much. Written without the diff that is under test, so
 * that a mistake in that is seen.
 */
export function differences(
  { world, configurations, kernels }: Pick<ModelTestbed, 'world' | 'configurations' | 'kernels'>,
  desired: DesiredState,
): readonly string[] {
  const expected = [
    ...expectedOf(world, desired),
    ...configurationsOf(desired),
    ...kernelsOf(placedOf(world), desired),
  ];
  const actual = [
    ...actualOf(world),
    ...runningConfigurations(world, configurations),
    ...runningKernels(placedOf(world), kernels),
  ];
  return [
    ...minus(expected, actual).map((line) => `- ${line}`),
    ...minus(actual, expected).map((line) => `+ ${line}`),
  ];
}

/** Lines of `one` that `other` has not as often. */
function minus(one: readonly string[], other: readonly string[]): readonly string[] {
  const left = [...other];
  return one.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function expectedOf(world: World, { networks, workloads }: DesiredState): readonly string[] {
  const placed = placedOf(world).filter(({ container }) => container.running);
  const nodeOf = new Map(placed.map(({ node, container }) => [container.labels[WORKLOAD_LABEL], node.name]));
  const management = networks.find(({ key }) => key === MANAGEMENT)?.name ?? '';
  const onNode = (name: string): string[] =>
    networks
      .filter(({ endpoints }) => endpoints.some(({ workload }) => nodeOf.get(workload) === name))
      .map((network) => network.name);
  return [
    ...networks.map(({ key, name, subnet }) => `network ${key} is ${name} (${subnet})`),
    ...workloads.map(({ key, service }) => `service of ${key} is ${service.name}`),
    ...workloads.flatMap(({ key, container }) =>
      container === undefined ? [] : [`own container of ${key} is ${container.name}, ${madeFrom(container)}`],
    ),
    ...workloads.map(({ key, setup }) => {
      const own = networks.flatMap(({ name, endpoints }) =>
        endpoints.filter(({ workload }) => workload === key).map(({ address }) => `${name} as ${address}`),
      );
      // A host has left it; a router stays.
      if (setup.type === 'router') own.push(management);
      return `container of ${key} is in ${listed(own)}`;
    }),
    ...[...world.nodes.keys()].flatMap((name) =>
      workloads.length === 0 ? [] : [`helper of ${name} is in ${listed(onNode(name))}`],
    ),
    ...[...world.nodes.values()].flatMap((node) =>
      [...node.copies.values()]
        .filter(isOurs)
        // Whose helper was removed by somebody else keeps its copy until the network goes, and no longer.
        .filter(({ id }) => world.networks.has(id))
        .map((copy) => `${node.name} has ${copy.name}`),
    ),
  ].concat(differing(world, workloads));
}

const configurationsOf = ({ workloads }: DesiredState): string[] =>
  workloads.flatMap(({ key, setup }) =>
    setup.type === 'router' ? [`${key} runs configuration ${setup.configuration.hash}`] : [],
  );

const runningConfigurations = (world: World, configurations: Configurations): string[] =>
  placedOf(world).flatMap(({ container: { id, labels, running } }) => {
    const configuration = running ? configurations.get(id) : undefined;
    if (configuration === undefined) return [];
    return [
      `${labels[WORKLOAD_LABEL] ?? labels[ROUTER_LABEL] ?? id} runs configuration ${configuration.hash}`,
    ];
  });

function differing(world: World, workloads: DesiredState['workloads']): string[] {
  const management = [...world.networks.values()].find(({ labels }) => labels[NETWORK_LABEL] === MANAGEMENT);
  return workloads.flatMap(({ key, service }) => {
    const there = [...world.services.values()].find(
      ({ observed }) => observed.name === service.name,
    )?.observed;
    if (there === undefined) return [];
    const fields = differingFields(service, there.spec, there.labels, management?.id ?? '');
    return fields.map((field) => `${field} of ${key} as planned`);
  });
}

function actualOf(world: World): readonly string[] {
  return [
    ...[...world.networks.values()]
      .filter(isOurs)
      .map(({ labels, name, subnet }) => `network ${labels[NETWORK_LABEL] ?? ''} is ${name} (${subnet})`),
    ...[...world.services.values()]
      .filter(({ observed }) => isOurs(observed))
      .map(({ observed: { labels, name } }) => `service of ${labels[WORKLOAD_LABEL] ?? ''} is ${name}`),
    ...placedOf(world).flatMap(({ node, container }) => {
      // Swarm keeps a few dead containers of a service that is there.
      if (!container.running && world.services.has(container.service ?? '')) return [];
      if (container.labels[ROUTER_LABEL] !== undefined) return [ownContainer(node, container)];
      const helper = container.labels[HELPER_LABEL] !== undefined;
      const who = helper
        ? `helper of ${node.name}`
        : `container of ${container.labels[WORKLOAD_LABEL] ?? container.name}`;
      const held = [...container.endpoints.values()].map(({ network, address, managed }) =>
        managed ? network.name : `${network.name} as ${address}`,
      );
      return [`${who} is ${container.running ? `in ${listed(held)}` : 'dead'}`];
    }),
    ...[...world.nodes.values()].flatMap(({ name, copies }) =>
      [...copies.values()].filter(isOurs).map((network) => `${name} has ${network.name}`),
    ),
  ];
}

function ownContainer(node: ModelNode, { name, labels, running }: ModelContainer): string {
  const key = labels[ROUTER_LABEL] ?? '';
  const sandbox = node.containers.get(labels[SANDBOX_LABEL] ?? '');
  const inItsOwn = sandbox?.running === true && sandbox.labels[WORKLOAD_LABEL] === key;
  const made = labels[MADE_FROM_LABEL] ?? '';
  return `own container of ${key} is ${running && inItsOwn ? name : `${name}, dead or astray`}, ${made}`;
}

const placedOf = (world: World): Placed[] =>
  [...world.nodes.values()].flatMap((node) =>
    [...node.containers.values()].filter(isOurs).map((container) => ({ node, container })),
  );

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing' : [...names].sort().join(', ');

/** Everything in the world that is not this testbed's. */
export const foreignOf = (world: World): readonly unknown[] => [
  ...[...world.services.values()].map(({ observed }) => observed).filter((one) => !isOurs(one)),
  ...[...world.networks.values()].filter((one) => !isOurs(one)),
  ...[...world.nodes.values()].flatMap(({ containers }) =>
    [...containers.values()]
      .filter((one) => !isOurs(one))
      .map(({ endpoints, ...rest }) => ({ ...rest, endpoints: [...endpoints.values()] })),
  ),
];
