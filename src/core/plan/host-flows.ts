import type { DesiredConnection, DesiredEnd, DesiredExperiment, DesiredRoute, HostSetup } from './desired.ts';
import { routedIn } from './routed.ts';
import { byText } from './sorting.ts';

/** What connections ask of a host. */
export type HostFlows = Pick<HostSetup, 'addresses' | 'routes'>;

/** By workload; none for a host of which nothing is asked. */
export function hostFlows(experiments: readonly DesiredExperiment[]): ReadonlyMap<string, HostFlows> {
  const found = new Map<string, { addresses: Set<string>; routes: Map<string, DesiredRoute> }>();
  for (const connection of routedIn(experiments)) {
    for (const [own, far] of endsOf(connection)) {
      const flows = found.get(own.workload) ?? {
        addresses: new Set<string>(),
        routes: new Map<string, DesiredRoute>(),
      };
      found.set(own.workload, flows);
      const source = own.address === own.host ? undefined : own.address;
      if (source !== undefined) flows.addresses.add(source);
      if (connection.course === undefined && source === undefined) continue;
      // A host's kernel chooses a size by destination alone: what fits into one Path fits into all that lead there.
      const mtu = Math.min(
        connection.course?.mtu ?? Infinity,
        flows.routes.get(far.address)?.mtu ?? Infinity,
      );
      flows.routes.set(far.address, { to: far.address, source, mtu: Number.isFinite(mtu) ? mtu : undefined });
    }
  }
  return new Map(
    [...found].map(([workload, { addresses, routes }]) => [
      workload,
      { addresses: [...addresses].sort(), routes: [...routes.values()].sort(byText(({ to }) => to)) },
    ]),
  );
}

const endsOf = ({ from, to }: DesiredConnection): readonly (readonly [DesiredEnd, DesiredEnd])[] => [
  [from, to],
  [to, from],
];
