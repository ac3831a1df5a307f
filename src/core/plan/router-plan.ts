import type { RenderedRouter } from '../render/router.ts';
import { type Adjacency, adjacenciesOf } from './adjacency.ts';
import type { DesiredBridge, DesiredExperiment } from './desired.ts';
import type { SegmentSetup } from './desired-segments.ts';
import { bridgesByRouter } from './lan-devices.ts';
import { interfacesByRouter, type RouterInterface } from './router-interfaces.ts';
import { segmentSetups } from './segment-setup.ts';
import type { Secrets } from './session-terms.ts';
import { preferencesOf } from './steering.ts';
import type { PlannedRouter, Topology } from './topology.ts';

/** A router with all that is decided about it: what its configuration is made of, whatever its platform. */
export interface RouterPlan {
  readonly router: PlannedRouter;
  readonly adjacency: Adjacency;
  readonly rendered: RenderedRouter;
  readonly interfaces: readonly RouterInterface[];
  /** Its parts of LANs, sorted by VNI; undefined: it has none. */
  readonly bridges: readonly DesiredBridge[] | undefined;
  /** Undefined: no connection over SRv6 passes it. */
  readonly segments: SegmentSetup | undefined;
}

/** All planned routers, sorted by name. */
export function routerPlans(
  topology: Topology,
  experiments: readonly DesiredExperiment[],
  secrets: Secrets,
): readonly RouterPlan[] {
  const adjacencies = adjacenciesOf(topology, secrets);
  const preferences = preferencesOf(topology);
  const segments = segmentSetups(experiments, topology);
  const bridges = bridgesByRouter(topology.lans, topology.accesses.values());
  const interfaces = interfacesByRouter(topology);
  return [...topology.routers.values()].map((router) => {
    const { name, asn, routerId, loopback, object } = router;
    const adjacency = { sessions: [], subnets: [], shaping: [], ...adjacencies.get(name) };
    const { sessions, subnets } = adjacency;
    const own = bridges.get(name);
    const { spec } = object;
    return {
      ...{ router, adjacency, interfaces: interfaces.get(name) ?? [] },
      ...{ bridges: own, segments: segments.get(name) },
      rendered: {
        ...{ hostname: name, asn, routerId, loopback, sessions, connected: subnets },
        preferred: (preferences.get(name) ?? []).flatMap(({ subnet, next }) => {
          const session = sessions.find(({ peer }) => peer === next);
          return session === undefined ? [] : [{ prefix: subnet, from: session.address }];
        }),
        advertise: spec.advertise ?? [],
        ...(own !== undefined && { vteps: own.map(({ vtep }) => `${vtep}/32`) }),
        ...(spec.bgp !== undefined && { bgp: spec.bgp }),
        extraConfig: spec.extraConfig,
      },
    };
  });
}
