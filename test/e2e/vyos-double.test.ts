import { beforeAll, describe, expect, it } from 'vitest';
import { APPLIED, BOOT_FILE } from '../../src/core/render/vyos/in-container.ts';
import { crashInSandbox } from '../support/crash.ts';
import { useDoubled } from '../support/doubled.ts';
import { eventually } from '../support/eventually.ts';
import { eventTexts } from '../support/seen.ts';
import { measured, router } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';
import { DOUBLE } from '../support/vyos-double.ts';

const BOUND_MS = 60_000;
const SENDAI = router('sendai');

/**
 * In the place of VyOS is a test double (test/images/vyos-double): this shows what hinge does, in which order, and what it makes of answers, and not that VyOS
 * answers so.
 */
describe('a router with platform vyos, on a test double of VyOS', () => {
  const doubled = useDoubled('/doubled');
  const { testbed, engines } = doubled;
  const traffic = new Traffic(testbed, 'platforms/a', 'platforms/b');
  let hops: readonly string[];

  beforeAll(async () => {
    hops = await traffic.hops();
  });

  /** Waits until it is committed. */
  const says = (text: string): Promise<void> =>
    eventually(async () => expect(await doubled.commands()).toContain(`description '${text}'`), {
      timeoutMs: BOUND_MS,
      intervalMs: 100,
      message: `${text} is committed`,
    });

  it('is made with all privileges, by its own init, and finds its boot file when it starts', async () => {
    const created = engines.created.find((body) => (body as { Image?: string }).Image === DOUBLE);
    expect(created).toMatchObject({
      Cmd: ['/sbin/init'],
      StopSignal: 'SIGRTMIN+3',
      HostConfig: {
        Privileged: true,
        Binds: ['/lib/modules:/lib/modules:ro'],
        RestartPolicy: { Name: 'always' },
      },
    });
    expect(created).not.toHaveProperty('HostConfig.PidMode');
    expect((await doubled.container()).found.name).toBe('sendai');
    expect((await doubled.log('starts'))[0]).toMatch(/^found [1-9]\d+ lines, root:102 660$/);
  });

  it('has its sessions with both neighbours, and carries packets', async () => {
    expect(hops).toHaveLength(4);
    expect(await doubled.states()).toEqual(['Established', 'Established']);
    const sessions = [{ state: 'Established' }, { state: 'Established' }];
    expect(await testbed.status(SENDAI)).toMatchObject({ sessions });
    expect(await doubled.commands()).toMatch(/^set interfaces ethernet eth\d address '/m);
  });

  it('is changed by load, commit and save, without a restart, and only when something differs', async () => {
    const [before, footing] = [await doubled.container(), await doubled.steps()];
    const done = (await doubled.log('commits')).length;
    const added = async (): Promise<readonly string[]> => (await doubled.log('commits')).slice(done);
    await testbed.put(doubled.saying('one'));
    await eventually(async () => expect(await added()).toEqual(['commit', 'save']), {
      timeoutMs: BOUND_MS,
      intervalMs: 100,
      message: 'it is committed and saved',
    });
    await doubled.ready();
    expect(await doubled.read(BOOT_FILE)).toContain('description "one"');
    expect((await doubled.container()).found.id).toBe(before.found.id);
    expect(await doubled.steps()).toEqual(footing);
    // What is taken for another configuration, and is the same, is not committed.
    await before.run('sh', '-c', `echo other > ${APPLIED}`);
    await eventually(async () => expect((await doubled.read(APPLIED)).trim()).not.toBe('other'), {
      timeoutMs: BOUND_MS,
      message: 'hinge has loaded it again',
    });
    expect(await added()).toEqual(['commit', 'save']);
  });

  it('waits while somebody else commits', async () => {
    const holding = doubled.lock(4);
    const began = performance.now();
    await testbed.put(doubled.saying('two'));
    await says('two');
    expect(performance.now() - began).toBeGreaterThan(3_000);
    await holding;
    await doubled.ready();
  });

  it('says in its own words what it does not take, goes on with the last good one, and takes the next', async () => {
    const [before, saved] = [await doubled.commands(), await doubled.read(BOOT_FILE)];
    await testbed.put(doubled.saying('refuse-me'));
    const refused = { status: 'False', reason: 'Refused' } as const;
    const { message } = await testbed.condition(SENDAI, 'Configured', refused, BOUND_MS);
    expect(message).toMatch(
      /VyOS did not take the configuration, and goes on with the last good one: \[ protocols \]; TEST DOUBLE: the value refuse-me is none that it takes; \[\[protocols\]\] failed; Commit failed$/,
    );
    expect(await doubled.log('commits')).toContain('commit failed');
    expect(await doubled.read(BOOT_FILE)).toBe(saved);
    // It is tried again: for a moment there is a part of it.
    await eventually(async () => expect(await doubled.commands()).toBe(before), {
      timeoutMs: BOUND_MS,
      message: 'it runs what it ran before',
    });
    expect(await doubled.states()).toEqual(['Established', 'Established']);
    await testbed.put(doubled.saying('three'));
    await says('three');
    await doubled.ready();
  });

  it('loses what was committed by hand, and says so', async () => {
    await doubled.byHand(
      's/description "to .*"/description "by hand"/; s/description "three"/description "mine"/',
    );
    await eventually(
      async () => {
        const told = (await eventTexts(testbed, 'DriftReverted')).join('\n');
        expect(told).toMatch(/\+ set protocols bgp parameters description 'mine'/);
        expect(await doubled.commands()).not.toMatch(/by hand|mine/);
      },
      { timeoutMs: BOUND_MS, message: 'hinge has put it back' },
    );
    await doubled.ready();
  });

  it('is back with its configuration when its container has died', async () => {
    const before = (await doubled.log('commits')).length;
    const since = await crashInSandbox(testbed, 'sendai', 2);
    const seconds = await traffic.recovered(hops, since, BOUND_MS);
    measured(`the test double killed, traffic again after ${seconds.toFixed(1)} s`);
    expect(await doubled.commands()).toContain("description 'three'");
    expect(await doubled.log('starts')).toHaveLength(2);
    // VyOS commits its boot file itself.
    expect((await doubled.log('commits')).slice(before)).toEqual(['commit']);
    await doubled.ready();
  });
});
