import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestbedObject } from '../../../../../src/api/object.ts';
import { parseDocuments } from '../../../../../src/api/documents.ts';
import type { Intake } from '../../../../../src/core/plan/intake.ts';
import { ROUTING_SYSCTLS } from '../../../../../src/core/plan/platforms.ts';
import { type RouterPlan, routerPlans } from '../../../../../src/core/plan/router-plan.ts';
import { ALL_SECRETS } from '../../../../../src/core/plan/session-terms.ts';
import type { RenderedRouter } from '../../../../../src/core/render/router.ts';
import { vyosRouterOf } from '../../../../../src/core/render/vyos/from-plan.ts';
import type { VyosRouter } from '../../../../../src/core/render/vyos/router.ts';
import { Bench } from '../../plan/bench.ts';

/** A router with one interface for each of its subnets, and without what users wrote for FRR. */
export const asVyos = (router: RenderedRouter, more: Partial<VyosRouter> = {}): VyosRouter => ({
  ...router,
  interfaces: router.connected.map((subnet, at) => ({
    name: `eth${at.toString()}`,
    address: subnet.replace(/\.0\//, '.9/'),
    description: `to ${at.toString()}`,
    mtu: 1450,
  })),
  bridges: [],
  segments: undefined,
  sysctls: {},
  ...more,
  extraConfig: more.extraConfig,
});

export const plansOf = ({ topology, desired }: Intake): readonly RouterPlan[] =>
  routerPlans(topology, desired.experiments, ALL_SECRETS);

export const vyosOf = (plan: RouterPlan): VyosRouter => vyosRouterOf(plan, ROUTING_SYSCTLS);

const EXAMPLES = path.resolve(import.meta.dirname, '../../../../../examples');

export const exampleNames = (): readonly string[] => readdirSync(EXAMPLES).sort();

/** The routers of an example, as if it were the whole testbed. */
export function plansOfExample(name: string): readonly RouterPlan[] {
  const folder = path.join(EXAMPLES, name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const objects = files.sort().flatMap((file): readonly TestbedObject[] =>
    parseDocuments(readFileSync(path.join(folder, file), 'utf8'), file).map((document) => {
      if (!document.ok) throw new Error(`${file} is no object`);
      return document.object;
    }),
  );
  return plansOf(new Bench().put(...objects).settle());
}
