import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { sessionsOf } from './frr.ts';
import type { Testbed } from './testbed.ts';

/**
 * Kills a router in its sandbox, and waits until its engine has started it again and it has all of its sessions. Its kernel forwards meanwhile,
 * so that packets alone would not tell. @returns monotonic ms of the crash
 */
export async function crashInSandbox(testbed: Testbed, name: string, sessions: number): Promise<number> {
  const container = await testbed.container(`router/${name}`);
  const { found } = container;
  const docker = testbed.lab.node(found.node).docker.getContainer(found.id);
  const before = (await docker.inspect()).RestartCount;
  const since = performance.now();
  await container.kill();
  const speaks = async (): Promise<void> => {
    expect((await docker.inspect()).RestartCount).toBe(before + 1);
    const now = Object.values(await sessionsOf(await testbed.container(`router/${name}`)));
    expect(now.map(({ state }) => state)).toEqual(Array(sessions).fill('Established'));
  };
  await eventually(speaks, { timeoutMs: 60_000, intervalMs: 100, message: `${name} has its sessions again` });
  return since;
}
