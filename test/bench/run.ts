import type { Lab } from '../../deploy/lab/lab.ts';
import { waitFor } from '../../deploy/lab/wait.ts';
import type { DesiredState } from '../../src/core/plan/desired.ts';
import { leftovers } from '../support/docker-inventory.ts';
import type { Contender, Cost } from './contender.ts';
import { ContainerFiles } from './namespaces.ts';
import { MachineLoad } from './quiet.ts';
import { verifyFigure3 } from './verify.ts';
import { wallMs } from './wall.ts';
import { type DockerMoments, Witness } from './witness.ts';

const GONE_MS = 180_000;
const LOOK_MS = 20;

/** Seconds since the first put or call until the last of each kind was done. */
export interface Stages {
  readonly networksCreated: number;
  readonly servicesCreated: number;
  readonly containersRunning: number;
  readonly networksOnNodes: number;
  readonly plugged: number;
  readonly configured: number;
  readonly lastPrefix: number;
  readonly proven: number;
  /** hinge only. */
  readonly ready: number | undefined;
}

interface Run extends Cost {
  readonly contender: Contender['name'];
  readonly stages: Stages;
  /** Seconds until no engine had anything left. */
  readonly gone: number;
  /** How often a network had to be brought to a node: chance of Swarm's placement. */
  readonly helperPlugs: number;
  /** Processor seconds of the whole machine, from the first put or call until proven. */
  readonly machineCpu: number;
}

/** A run, and how busy the machine was before it. */
export interface Measured extends Run {
  /** Share of all processors, 0 to 1. */
  readonly busyBefore: number;
}

export interface Scene {
  readonly lab: Lab;
  readonly prefix: string;
  readonly desired: DesiredState;
  /** The router at the far end of the chain, which hears every prefix last. */
  readonly edge: string;
}

/** One contender from nothing to packets and back to nothing. */
export async function run(contender: Contender, scene: Scene): Promise<Run> {
  const witness = await Witness.open(scene.lab);
  const stop = new AbortController();
  try {
    await contender.prepare();
    const load = new MachineLoad();
    const lastPrefix = prefixesArrive(scene, witness, stop.signal);
    const [built, learned] = await Promise.all([contender.build(), lastPrefix]);
    const machineCpu = load.busySeconds;
    const cost = await contender.cost();
    const configured = await configuredAt(scene, witness);
    await verifyFigure3(scene.lab, scene.prefix);
    const { helperPlugs, ...moments } = witness.moments();
    const since = (moment: number): number => (moment - built.began) / 1000;
    const stages: Stages = {
      ...sinceAll(moments, since),
      configured: since(configured),
      lastPrefix: since(learned),
      proven: since(built.proven),
      ready: built.ready === undefined ? undefined : since(built.ready),
    };
    const gone = await takeApart(contender, scene);
    return { contender: contender.name, stages, gone, helperPlugs, machineCpu, ...cost };
  } finally {
    stop.abort();
    witness.close();
    await contender.close();
  }
}

type Moments = Omit<DockerMoments, 'helperPlugs'>;

const sinceAll = (moments: Moments, since: (moment: number) => number): Moments => ({
  networksCreated: since(moments.networksCreated),
  servicesCreated: since(moments.servicesCreated),
  containersRunning: since(moments.containersRunning),
  networksOnNodes: since(moments.networksOnNodes),
  plugged: since(moments.plugged),
});

/** @returns when the far edge had a route to every prefix */
async function prefixesArrive(scene: Scene, witness: Witness, signal: AbortSignal): Promise<number> {
  const { lab, desired, edge } = scene;
  const every = LOOK_MS;
  const options = { within: 300_000, every, signal };
  const placed = await waitFor(`${edge} to start`, () => witness.container(edge), options);
  const files = await ContainerFiles.of(lab, placed);
  const wanted = desired.networks
    .filter(({ purpose }) => purpose !== 'management')
    .map(({ subnet }) => subnet);
  return waitFor(
    `${edge} to know every prefix`,
    async () => {
      const known = new Set(await files.prefixes());
      return wanted.every((prefix) => known.has(prefix)) ? wallMs() : undefined;
    },
    options,
  );
}

/** @returns when the last router had its configuration: it ends with saving it to a file */
async function configuredAt({ lab, desired }: Scene, witness: Witness): Promise<number> {
  const routers = desired.workloads.filter(({ setup }) => setup.type === 'router');
  const times = routers.map(async ({ key }) => {
    const placed = witness.container(key);
    if (placed === undefined) throw new Error(`${key} was not seen to start`);
    return (await ContainerFiles.of(lab, placed)).writtenAt('/etc/frr/frr.conf');
  });
  return Math.max(...(await Promise.all(times)));
}

/** @returns seconds until nothing was left */
async function takeApart(contender: Contender, { lab, prefix }: Scene): Promise<number> {
  const began = performance.now();
  const left = async (): Promise<true | undefined> =>
    (await leftovers(lab, prefix)).length === 0 ? true : undefined;
  await contender.takeApart();
  await waitFor('nothing to be left', left, { within: GONE_MS, every: 250 });
  return (performance.now() - began) / 1000;
}
