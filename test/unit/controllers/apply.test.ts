import { describe, expect, it } from 'vitest';
import { Applier } from '../../../src/controllers/apply.ts';
import type { Observation } from '../../../src/controllers/observation.ts';
import type { UnitDiff } from '../../../src/core/diff/action.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import type { Fleet } from '../../../src/ports/node-engine.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { Bench, router } from '../core/plan/bench.ts';

const scope = {
  signal: new AbortController().signal,
  logger: { info: () => undefined } as unknown as Logger,
};

/** What a look at the service at this version finds. */
function found(version: number): UnitDiff {
  const [workload] = new Bench().put(router('r1')).settle().desired.workloads;
  if (workload === undefined) throw new Error('no workload');
  const fields = ['image'];
  return {
    sequences: [[{ type: 'update-service', id: 's1', version, workload, managementId: 'm', fields }]],
    waits: [],
  };
}

/** A Swarm that counts the updates that it is asked for. */
function applierOf(asked: number[], fails = false): Applier {
  const swarm = {
    updateService: (_id: string, version: number): Promise<void> => {
      asked.push(version);
      return fails
        ? Promise.reject(new DockerError('out-of-sequence', 'it is at another version'))
        : Promise.resolve();
    },
  } as unknown as Swarm;
  return new Applier({
    swarm,
    fleet: { engines: new Map() } as unknown as Fleet,
    observation: { invalidateSwarm: () => undefined } as unknown as Observation,
    helperImage: 'helper:1',
    credentials: () => undefined,
    bootFiles: () => Promise.resolve([]),
    assertLeading: () => undefined,
    report: () => undefined,
  });
}

describe('an update of a service', () => {
  it('is made once from what was seen, however often it is decided before the next look', async () => {
    const asked: number[] = [];
    const applier = applierOf(asked);
    expect(applier.isOutdated(found(7))).toBe(false);
    await applier.apply(found(7), scope);
    expect(applier.isOutdated(found(7))).toBe(true);
    await applier.apply(found(7), scope);
    expect(asked).toEqual([7]);
    expect(applier.isOutdated(found(9))).toBe(false);
    await applier.apply(found(9), scope);
    expect(asked).toEqual([7, 9]);
  });

  it('is made again after it failed', async () => {
    const asked: number[] = [];
    const applier = applierOf(asked, true);
    await expect(applier.apply(found(7), scope)).rejects.toThrow('another version');
    expect(applier.isOutdated(found(7))).toBe(false);
    await expect(applier.apply(found(7), scope)).rejects.toThrow('another version');
    expect(asked).toEqual([7, 7]);
  });
});
