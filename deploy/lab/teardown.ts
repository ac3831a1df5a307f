import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdProcess } from './etcd.ts';
import { cgroupRoot, type LabLayout } from './layout.ts';
import { labNamespaces, removeNamespaces } from './network.ts';
import { findInits, processesInNetns, sendSignal } from './processes.ts';
import { run } from './run.ts';
import { allSettled, waitFor } from './wait.ts';

/**
 * Takes away everything of a lab that is there, whole or in parts, and nothing else; on nothing it does nothing. It goes
 * by names and by what the kernel tells, not by records, so that it also works after a crash.
 *
 * No order among containers, shims, containerd and engine is needed: all of them live in their node's pid namespace and
 * die with its process 1, and their mounts with the last of them.
 */
export async function tearDown(layout: LabLayout): Promise<void> {
  await waitFor(
    'the processes of the lab to end',
    () => (killProcesses(layout).length === 0 ? true : undefined),
    { within: 20_000, every: 50, explain: () => `still there: ${killProcesses(layout).join(', ')}` },
  );
  await removeNamespaces(layout);
  await removeControlGroups(layout);
  await rm(layout.runtimeDir, { recursive: true, force: true });
  await removeData(layout);
}

/** Returns those that were there. */
export function killProcesses(layout: LabLayout): number[] {
  const etcd = etcdProcess(layout.etcdDir);
  const pids = findInits(layout.mark);
  for (const netns of labNamespaces(layout)) pids.push(...processesInNetns(netns));
  if (etcd !== undefined) pids.push(etcd);
  for (const pid of pids) sendSignal(pid, 'SIGKILL');
  return pids;
}

/** One tree per controller (version 1), or one in all (version 2). A group goes only after its last process. */
export function controlGroups(layout: LabLayout): string[] {
  const places = [cgroupRoot, ...subdirectories(cgroupRoot)];
  return places.map((place) => join(place, layout.cgroup)).filter((dir) => existsSync(dir));
}

async function removeControlGroups(layout: LabLayout): Promise<void> {
  await waitFor(
    'the control groups of the lab to empty',
    () => {
      for (const dir of controlGroups(layout)) removeTree(dir);
      return true;
    },
    { within: 10_000, every: 50, explain: () => `still there: ${controlGroups(layout).join(', ')}` },
  );
}

function removeTree(dir: string): void {
  for (const child of subdirectories(dir)) removeTree(child);
  rmdirSync(dir);
}

function subdirectories(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));
}

/** Only what a lab writes, and only where a lab was; its record goes last, so that an interrupted `down` can go on. */
async function removeData(layout: LabLayout): Promise<void> {
  if (!existsSync(layout.stateFile)) return;
  const parts = readdirSync(layout.dir).filter((name) =>
    /^node\d+$|^etcd$|^env$|^lab\.json\.new$/.test(name),
  );
  await allSettled(
    parts.map(async (name) => run('rm', ['-rf', '--one-file-system', join(layout.dir, name)])),
  );
  await rm(layout.stateFile);
  if (readdirSync(layout.dir).length === 0) rmdirSync(layout.dir);
}
