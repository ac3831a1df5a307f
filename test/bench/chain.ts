import { mkdirSync } from 'node:fs';
import { labImages } from '../../deploy/lab/lab-images.ts';
import { Lab } from '../../deploy/lab/lab.ts';
import { Keys } from '../../src/api/keys.ts';
import { removeByForce } from '../support/docker-inventory.ts';
import type { Contender } from './contender.ts';
import { FloorContender } from './floor-contender.ts';
import { Gateway } from './gateway.ts';
import { HingeContender } from './hinge-contender.ts';
import { exampleKeys, planOf } from './plan.ts';
import { quietMachine } from './quiet.ts';
import { progressLine } from './report.ts';
import { type Measured, run } from './run.ts';

const EXAMPLE = 'examples/figure-3';
const PREFIX = '/hinge';
const EDGE = 'router/vyos-57';
/** Milliseconds to wait for a machine on which others work before measuring all the same. */
const QUIET_MS = 120_000;

const FLOOR_TRIES = 4;

export interface ChainOptions {
  readonly dir: string;
  readonly runs: number;
  readonly keepLab: boolean;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Figure 3, built by hinge and by the floor in turn, on one lab. */
export async function benchChain(options: ChainOptions): Promise<readonly Measured[]> {
  const { dir, signal, tell } = options;
  mkdirSync(dir, { recursive: true });
  const lab = await Lab.up({ dir, nodes: 3, images: labImages, signal, tell });
  try {
    return await measure(lab, options);
  } finally {
    if (!options.keepLab) await Lab.down(dir, tell);
  }
}

async function measure(lab: Lab, { runs, signal, tell }: ChainOptions): Promise<readonly Measured[]> {
  const keys = new Keys(PREFIX);
  const written = exampleKeys(EXAMPLE, keys);
  const scene = { lab, prefix: PREFIX, desired: planOf(written, keys, 'bench'), edge: EDGE };
  const contenders: readonly Contender[] = [
    new HingeContender(lab, keys, written),
    new FloorContender(lab, keys, written),
  ];
  const etcd = new Gateway(lab.etcdEndpoint);
  const clean = async (): Promise<void> => {
    await removeByForce(lab, PREFIX);
    await etcd.deletePrefix(`${PREFIX}/`);
  };
  /** The floor repairs nothing: what a plug costs a router, or an engine refuses once, it never gets back. Such a run measures nothing. */
  const repeated = async (contender: Contender, once: () => Promise<Measured>): Promise<Measured> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once();
      } catch (error) {
        signal.throwIfAborted();
        if (contender.name !== 'floor' || tries === FLOOR_TRIES) throw error;
        tell(`the floor failed and begins again: ${error instanceof Error ? error.message : String(error)}`);
        await clean();
      }
    }
  };
  const measured: Measured[] = [];
  try {
    await clean();
    for (let pair = 1; pair <= runs; pair += 1) {
      for (const contender of contenders) {
        signal.throwIfAborted();
        const result = await repeated(contender, async () => {
          const busyBefore = await quietMachine(QUIET_MS, signal);
          return { busyBefore, ...(await run(contender, scene)) };
        });
        measured.push(result);
        tell(`${String(pair)}/${String(runs)} ${progressLine(result)}`);
      }
    }
    return measured;
  } finally {
    await clean();
  }
}
