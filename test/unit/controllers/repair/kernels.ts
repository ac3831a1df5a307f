import {
  hostDevices,
  type ObservedDevice,
  routerDevices,
  type WantedDevice,
} from '../../../../src/core/diff/devices.ts';
import type { DesiredState, DesiredWorkload } from '../../../../src/core/plan/desired.ts';
import { withoutFlows } from '../../../../src/core/plan/desired-segments.ts';
import { WORKLOAD_LABEL } from '../../../../src/core/plan/labels.ts';
import { wantedEntries } from '../../../../src/core/render/segments.ts';
import { interfacesOf, type ModelKernels, WITHOUT_SRV6 } from '../../../support/model/consoles.ts';
import type { ModelContainer, ModelNode } from '../../../support/model/things.ts';

interface Placed {
  readonly node: ModelNode;
  readonly container: ModelContainer;
}

const workloadOf = ({ container }: Placed): string => container.labels[WORKLOAD_LABEL] ?? container.name;

/** What kernels should know, line by line: SIDs, ways and marks of connections over SRv6, and the interfaces of LANs. */
export function kernelsOf(placed: readonly Placed[], { workloads, experiments }: DesiredState): string[] {
  const running = new Map(
    placed.filter(({ container }) => container.running).map((one) => [workloadOf(one), one] as const),
  );
  const barred = new Set(
    experiments
      .flatMap(({ connections }) => connections)
      .filter(({ forward }) =>
        forward.some(({ router }) => running.get(`router/${router}`)?.node.name === WITHOUT_SRV6),
      )
      .flatMap(({ course }) => course?.number ?? []),
  );
  return workloads.flatMap((workload) => {
    const here = running.get(workload.key);
    return here === undefined
      ? []
      : [...segmentLines(workload, here, barred), ...devicesOf(workload).map(wantedLine(workload.key))];
  });
}

function segmentLines(
  { key, setup }: DesiredWorkload,
  { node, container }: Placed,
  barred: ReadonlySet<number>,
): string[] {
  if (setup.type !== 'router' || setup.segments === undefined || node.name === WITHOUT_SRV6) return [];
  const left = withoutFlows(setup.segments, barred);
  const deviceOf = (address: string): string | undefined =>
    interfacesOf(container).find((each) => each.address.startsWith(`${address}/`))?.name;
  return [
    ...wantedEntries(left, deviceOf).map((entry) => `${key} knows ${entry.key}: ${entry.text}`),
    ...(left.flows.length > 0 ? [`${key} marks packets`] : []),
  ];
}

const devicesOf = ({ setup }: DesiredWorkload): readonly WantedDevice[] =>
  setup.type === 'router'
    ? routerDevices(setup.bridges ?? [], setup.platform)
    : hostDevices(setup.ports ?? []);

interface Device extends Pick<ObservedDevice, 'name' | 'kind' | 'mtu'> {
  readonly vxlan?: ObservedDevice['vxlan'];
  readonly master?: ObservedDevice['master'];
}

const deviceLine = (key: string, { name, kind, vxlan, master = '', mtu }: Device, address = ''): string =>
  `${key} has ${kind} ${name} ${JSON.stringify(vxlan ?? {})} in ${master}, ${String(mtu)} bytes ${address}`.trim();

const wantedLine =
  (key: string) =>
  (device: WantedDevice): string =>
    deviceLine(key, device, device.end?.address);

/** What they know. */
export const runningKernels = (placed: readonly Placed[], kernels: ModelKernels): string[] =>
  placed
    .filter(({ container }) => container.running)
    .flatMap((one) => {
      const key = workloadOf(one);
      const kernel = kernels.of(one.container);
      const plugged = new Set(interfacesOf(one.container).map(({ name }) => name));
      const { entries, filter } = kernel.segments(plugged);
      return [
        ...entries.map((entry) => `${key} knows ${entry.key}: ${entry.text}`),
        ...(filter === '' ? [] : [`${key} marks packets`]),
        ...kernel.devices.map((device) =>
          deviceLine(
            key,
            { ...device, master: device.master ?? '' },
            device.addresses.find((each) => !each.includes(':')),
          ),
        ),
      ];
    });
