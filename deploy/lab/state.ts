import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { LabError } from './errors.ts';
import type { LabLayout } from './layout.ts';

const labState = z.object({
  nodes: z.number().int().min(1),
  managers: z.number().int().min(1),
  etcd: z.object({ client: z.number(), peer: z.number() }),
});

/** What was decided when the lab was made. What runs is never recorded: that is asked of the kernel. */
export type LabState = z.infer<typeof labState>;

/** Undefined if there is no lab in this directory. */
export function readState(layout: LabLayout): LabState | undefined {
  let text: string;
  try {
    text = readFileSync(layout.stateFile, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return labState.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError(`${layout.stateFile} is not what this version of the lab wrote: take the lab down`, {
      cause,
    });
  }
}

export function writeState(layout: LabLayout, state: LabState): void {
  writeFileSync(`${layout.stateFile}.new`, JSON.stringify(state));
  renameSync(`${layout.stateFile}.new`, layout.stateFile);
}
