import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { containersOf, footingOf, steadyFooting } from '../support/footing.ts';
import { eventually } from '../support/eventually.ts';
import { sessionsOf } from '../support/frr.ts';
import { allRows, slow } from '../support/slow.ts';
import { scaleToZero } from '../support/services.ts';
import { eventTexts, networkId, taskOf } from '../support/seen.ts';
import { document, pathRef, router, useTestbed } from '../support/testbed.ts';
import { recovery } from '../support/recovery.ts';
import { ThreeRouters } from '../support/three-routers.ts';

/** Far more than any repair takes; what each took is printed. */
const BOUND_MS = 90_000;

/** Seconds. The target is for a machine that does nothing else, as for `npm run faults`; in `npm test` other suites run beside this one. */
const BUSY_S = 60;

describe('repair', () => {
  const testbed = useTestbed('/repair', { HINGE_RESYNC: '5s' });
  const bed = new ThreeRouters(testbed, 'repair', ['node1', 'node2', 'node3']);
  const { traffic } = bed;

  beforeAll(async () => {
    await testbed.start();
    await bed.put();
  });

  // Whatever was broken, every session is up again, and everything is Ready and says so.
  afterEach(() => bed.whole());

  it('row 18: the container of a router killed', async () => {
    const before = await taskOf(testbed, 'repair-middle');
    const others = containersOf(await footingOf(testbed, OTHERS));
    const containers = await bed.containers();
    const since = performance.now();
    await before.kill();
    const restarted = await bed.restarted([before.found.workload ?? ''], containers, since);
    const seconds = await bed.recovered(since);
    const note = `Swarm alone needs ${restarted.toFixed(1)} s to restart it`;
    recovery('18', 'router container killed', seconds, note);
    expect(seconds).toBeLessThan(allRows ? 1.5 * restarted + 3 : BUSY_S);
    expect(containersOf(await footingOf(testbed, OTHERS))).toEqual(others);
  });

  it('row 18: the container of a host killed', async () => {
    const before = await testbed.container('host/repair/b');
    const footing = await footingOf(testbed);
    const containers = await bed.containers();
    const since = performance.now();
    await before.kill();
    await bed.restarted(['host/repair/b'], containers, since);
    const seconds = await bed.recovered(since);
    recovery('18', 'host container killed', seconds);
    expect(await footingOf(testbed)).toEqual(footing);
  });

  slow('row 18: the container of a router frozen, so that it is silent', async () => {
    const [left, middle] = await Promise.all(
      ['left', 'middle'].map((name) => testbed.container(`router/repair-${name}`)),
    );
    if (left === undefined || middle === undefined) throw new Error('a router is missing');
    // BFD begins when a session has been up for a while.
    const watched = async (): Promise<void> =>
      expect(await left.run('vtysh', '-c', 'show bfd peers brief')).toMatch(/ up\s*$/m);
    await eventually(watched, { timeoutMs: BOUND_MS, message: 'BFD is up' });
    const container = testbed.lab.node(middle.found.node).docker.getContainer(middle.found.id);
    const since = performance.now();
    await container.pause();
    const noticed = async (): Promise<string | undefined> => {
      const [session] = Object.values(await sessionsOf(left));
      expect(session?.state).not.toBe('Established');
      return session?.lastNotification;
    };
    const why = await eventually(noticed, {
      timeoutMs: BOUND_MS,
      intervalMs: 50,
      message: 'the neighbour notices',
    });
    const seconds = (performance.now() - since) / 1000;
    await container.unpause();
    await bed.recovered(since);
    recovery('18', 'router container frozen', seconds, `until the neighbour notices: ${why ?? 'no reason'}`);
    expect(why).toMatch(/BFD/);
    expect((await testbed.container('router/repair-middle')).found.id).toBe(middle.found.id);
  });

  it.each(['bgpd', 'zebra'])('row 19: %s killed inside the container', async (daemon) => {
    const before = await testbed.container('router/repair-middle');
    const pid = (await before.run('pidof', daemon)).trim();
    const since = performance.now();
    await before.run('kill', '-KILL', pid);
    await eventually(async () => expect((await before.run('pidof', daemon)).trim()).not.toBe(pid), {
      timeoutMs: BOUND_MS,
      intervalMs: 50,
      message: `${daemon} runs again`,
    });
    const seconds = await bed.recovered(since);
    recovery('19', `${daemon} killed`, seconds);
    expect((await testbed.container('router/repair-middle')).found.id).toBe(before.found.id);
  });

  slow('row 19: bgpd stopped inside the container: the link answers, the session does not', async () => {
    const right = await testbed.container('router/repair-right');
    const pid = (await right.run('pidof', 'bgpd')).trim();
    const others = containersOf(await footingOf(testbed));
    const treated = (): Promise<readonly string[]> => eventTexts(testbed, 'SessionTreated', 'repair-middle');
    const before = await treated();
    const since = performance.now();
    await right.run('kill', '-STOP', pid);
    const restarted = async (): Promise<void> => {
      const now = await treated();
      expect(now.length).toBeGreaterThan(before.length);
      expect(now.join('\n')).toContain('answers packets over');
    };
    await eventually(restarted, { timeoutMs: BOUND_MS, message: 'hinge restarts the session' });
    recovery('19', 'bgpd stopped', (performance.now() - since) / 1000, 'until its session is restarted');
    await right.run('kill', '-CONT', pid);
    await bed.recovered(since);
    expect(containersOf(await footingOf(testbed))).toEqual(others);
  });

  it('row 20: a neighbour removed in vtysh', async () => {
    const middle = await testbed.container('router/repair-middle');
    const summary = async (): Promise<string> => middle.run('vtysh', '-c', 'show bgp ipv4 unicast summary');
    const [, neighbour = ''] = /^(10\.200\.\S+) .*repair-right/m.exec(await summary()) ?? [];
    const before = await steadyFooting(testbed);
    const since = performance.now();
    await middle.run(
      'vtysh',
      '-c',
      'configure terminal',
      '-c',
      'router bgp',
      '-c',
      `no neighbor ${neighbour}`,
    );
    // Packets may still pass for a moment: the kernel's routes go after the neighbour.
    const back = async (): Promise<void> => expect(await summary()).toContain(`${neighbour} `);
    await eventually(back, { timeoutMs: BOUND_MS, message: 'the neighbour is configured again' });
    const seconds = await bed.recovered(since);
    recovery('20', 'neighbour removed in vtysh', seconds);
    const after = await footingOf(testbed);
    expect(after['repair-left']).toEqual(before['repair-left']);
    expect(containersOf(after)).toEqual(containersOf(before));
  });

  it('row 20: a neighbour and a prefix added in vtysh', async () => {
    const middle = await testbed.container('router/repair-middle');
    const before = await steadyFooting(testbed);
    const since = performance.now();
    const added = [
      'neighbor 192.0.2.9 remote-as 64999',
      'address-family ipv4 unicast',
      'network 203.0.113.0/24',
    ];
    await middle.run(
      'vtysh',
      '-c',
      'configure terminal',
      '-c',
      'router bgp',
      ...added.flatMap((line) => ['-c', line]),
    );
    await eventually(
      async () => {
        const running = await middle.run('vtysh', '-c', 'show running-config');
        expect(running).not.toContain('192.0.2.9');
        expect(running).not.toContain('203.0.113.0/24');
      },
      { timeoutMs: BOUND_MS, message: 'what was added is gone' },
    );
    recovery('20', 'neighbour and prefix added in vtysh', (performance.now() - since) / 1000);
    expect(await footingOf(testbed)).toEqual(before);
    const told = async (): Promise<void> => {
      const reverted = await eventTexts(testbed, 'DriftReverted');
      expect(reverted.join('\n')).toContain('+ network 203.0.113.0/24');
    };
    await eventually(told, { timeoutMs: BOUND_MS, message: 'an event says what was changed' });
  });

  const linkLeft = async (): Promise<string> => networkId(testbed, 'link/repair-left--repair-middle');

  const serviceOfMiddle = async (): Promise<string> => {
    const { services } = await testbed.inventory();
    return services.find(({ workload }) => workload === 'router/repair-middle')?.id ?? '';
  };

  it('row 21: the service scaled to zero', async () => {
    const others = await footingOf(testbed, OTHERS);
    const since = performance.now();
    await scaleToZero(testbed.lab, await serviceOfMiddle());
    await traffic.lost(BOUND_MS);
    recovery('21', 'service scaled to 0', await bed.recovered(since));
    expect(containersOf(await footingOf(testbed, OTHERS))).toEqual(containersOf(others));
  });

  it('row 21: the service removed', async () => {
    const others = await footingOf(testbed, OTHERS);
    const since = performance.now();
    await testbed.lab
      .node('node1')
      .docker.getService(await serviceOfMiddle())
      .remove();
    await traffic.lost(BOUND_MS);
    recovery('21', 'service removed', await bed.recovered(since));
    expect(containersOf(await footingOf(testbed, OTHERS))).toEqual(containersOf(others));
  });

  it('row 22: a link disconnected', async () => {
    const { found } = await taskOf(testbed, 'repair-middle');
    const link = await linkLeft();
    const before = await footingOf(testbed, ['repair-right']);
    const since = performance.now();
    await testbed.lab.node(found.node).docker.getNetwork(link).disconnect({ Container: found.id });
    recovery('22', 'link disconnected by hand', await bed.recovered(since));
    expect(containersOf(await footingOf(testbed, ['repair-right']))).toEqual(containersOf(before));
  });

  slow('row 22: the tunnel of a link broken below Docker', async () => {
    const { found } = await testbed.container('router/repair-middle');
    const link = await linkLeft();
    const before = await footingOf(testbed, ['repair-right']);
    const since = performance.now();
    // Docker says that all is well: only packets and sessions tell.
    const sandbox = `/run/docker/netns/1-${link.slice(0, 10)}`;
    await testbed.lab
      .node(found.node)
      .exec([
        'nsenter',
        `--net=${sandbox}`,
        'sh',
        '-ec',
        'ip -oneline link show type vxlan | while IFS=": " read -r _ name _; do ip link set "${name%@*}" down; done',
      ]);
    await traffic.lost(BOUND_MS);
    recovery('22', 'tunnel of a link broken below Docker', await bed.recovered(since));
    expect(containersOf(await footingOf(testbed, ['repair-right']))).toEqual(containersOf(before));
    expect((await eventTexts(testbed, 'SessionTreated')).join('\n')).toContain('answers no packets over');
  });

  it('row 22: a helper removed', async () => {
    const { containers } = await testbed.inventory();
    const helper = containers.find(({ workload, node }) => workload === undefined && node === 'node1');
    const before = await footingOf(testbed);
    const since = performance.now();
    await testbed.lab
      .node('node1')
      .docker.getContainer(helper?.id ?? '')
      .remove({ force: true });
    await eventually(
      async () => {
        const now = (await testbed.inventory()).containers.filter(
          ({ workload, node }) => workload === undefined && node === 'node1',
        );
        expect(now).toMatchObject([{ running: true }]);
        expect(now[0]?.id).not.toBe(helper?.id);
        expect(now[0]?.endpoints.length).toBe(helper?.endpoints.length);
      },
      { timeoutMs: BOUND_MS, message: 'another helper runs and has every network' },
    );
    recovery('22', 'helper removed', (performance.now() - since) / 1000);
    expect(await footingOf(testbed)).toEqual(before);
  });

  it('row 25: a Path added to and removed from running routers under a ping', async () => {
    const events = await testbed.events();
    const before = await footingOf(testbed);
    const mark = await events.mark();
    const extra = [
      document('Router', 'repair-extra'),
      document('Path', 'repair-extra', { via: ['repair-left', 'repair-extra'] }),
    ];
    const pings = traffic.losses(1500);
    await testbed.put(...extra);
    await testbed.ready(extra.map(({ ref }) => ref));
    await testbed.del(pathRef('repair-extra'), router('repair-extra'));
    await testbed.gone(extra.map(({ ref }) => ref));
    const lost = await pings;
    const replaced = (await events.writesSince(mark)).filter(
      (line) => /container (start|die)/.test(line) && !line.includes('repair-extra'),
    );
    recovery(
      '25',
      'Path added and removed under 100 pings a second',
      undefined,
      `${String(lost)} of 1500 lost`,
    );
    expect(lost).toBe(0);
    expect(replaced).toEqual([]);
    await eventually(async () => expect(await footingOf(testbed)).toEqual(before), {
      timeoutMs: BOUND_MS,
      message: 'every session is the same as before',
    });
  });
});

/** The routers that nothing is done to. */
const OTHERS = ['repair-left', 'repair-right'];
