import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MADE_FROM_LABEL } from '../../src/core/plan/labels.ts';
import { APPLIED, BOOT_FILE } from '../../src/core/render/vyos/in-container.ts';
import type { Container } from '../support/containers.ts';
import { crashInSandbox } from '../support/crash.ts';
import { eventually } from '../support/eventually.ts';
import { sessionsOf } from '../support/frr.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { eventTexts } from '../support/seen.ts';
import { slow } from '../support/slow.ts';
import { type Document, document, documentsIn, measured, router, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';
import { DOUBLE, DoubledEngines } from '../support/vyos-double.ts';

const BOUND_MS = 60_000;

/**
 * The example with FRR, VyOS and BIRD on one Path. In the place of VyOS is a test double (test/images/vyos-double): this shows what hinge does, in which order, and
 * what it makes of answers, and not that VyOS answers so.
 */
describe('a router with platform vyos, on a test double of VyOS', () => {
  const engines = new DoubledEngines();
  // After those of the testbed, which ends its operators.
  afterAll(() => engines.close());
  // Drift shows when a router is looked at, and a refusal is tried again.
  const testbed = useTestbed('/doubled', { HINGE_RESYNC: '3s' });
  const traffic = new Traffic(testbed, 'platforms/a', 'platforms/b');
  const sendai = router('sendai');
  let documents: readonly Document[];
  let hops: readonly string[];
  let operator: OperatorProcess;

  const double = (): Promise<Container> => testbed.container('router/sendai');
  const read = async (path: string): Promise<string> =>
    (await double()).run('sh', '-c', `cat ${path} 2>/dev/null || :`);
  const log = async (name: string): Promise<readonly string[]> =>
    (await read(`/var/log/vyos-double/${name}`)).split('\n').filter((line) => line !== '');
  const commands = async (): Promise<string> =>
    (await double()).run('/opt/vyatta/bin/vyatta-op-cmd-wrapper', 'show', 'configuration', 'commands');
  /** How often each session was established and lost. */
  const steps = async (): Promise<readonly unknown[]> =>
    Object.values(await sessionsOf(await double())).map(({ established, dropped }) => [established, dropped]);
  const allReady = (): Promise<number> =>
    testbed.ready(
      documents.map(({ ref }) => ref),
      BOUND_MS,
    );
  const written = (spec: object): Document => document('Router', 'sendai', { platform: 'vyos', ...spec });
  const saying = (text: string): Document =>
    written({ extraConfig: `set protocols bgp parameters description '${text}'` });
  /** A change that somebody makes in a configuration session. */
  const byHand = async (sed: string): Promise<void> => {
    const script = [
      'source /opt/vyatta/etc/functions/script-template',
      `sed '${sed}' ${BOOT_FILE} > /tmp/by-hand.boot`,
      ...['configure', 'load /tmp/by-hand.boot', 'commit', 'exit'],
    ].join('\n');
    await (
      await double()
    ).run('sh', '-c', `cat > /tmp/by-hand <<'END'\n${script}\nEND\nsg vyattacfg -c 'vbash /tmp/by-hand'`);
  };

  beforeAll(async () => {
    const env = await engines.open(testbed.lab);
    documents = (await documentsIn('examples/vyos')).map((one) =>
      one.ref.name === 'sendai' ? written({}) : one,
    );
    operator = await testbed.start('first', env);
    await testbed.put(...documents);
    measured(
      `FRR, the test double of VyOS, and BIRD on one Path: Ready after ${(await allReady()).toFixed(1)} s`,
    );
    hops = await traffic.hops();
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
    expect((await double()).found.name).toBe('sendai');
    expect((await log('starts'))[0]).toMatch(/^found [1-9]\d+ lines, root:102 660$/);
    expect(await read('/etc/systemd/system/auditd.service')).toBe('');
  });

  it('has its sessions with both neighbours, and carries packets', async () => {
    expect(hops).toHaveLength(4);
    const states = Object.values(await sessionsOf(await double())).map(({ state }) => state);
    expect(states).toEqual(['Established', 'Established']);
    const status = await testbed.status(sendai);
    expect(status).toMatchObject({ sessions: [{ state: 'Established' }, { state: 'Established' }] });
    expect(await commands()).toMatch(/^set interfaces ethernet eth\d address '/m);
  });

  it('is changed by load, commit and save, without a restart, and only when something differs', async () => {
    const before = await double();
    const footing = await steps();
    const done = (await log('commits')).length;
    await testbed.put(saying('one'));
    const added = async (): Promise<readonly string[]> => (await log('commits')).slice(done);
    await eventually(async () => expect(await added()).toEqual(['commit', 'save']), {
      timeoutMs: BOUND_MS,
      intervalMs: 100,
      message: 'it is committed and saved',
    });
    await allReady();
    expect(await read(BOOT_FILE)).toContain('description "one"');
    expect((await double()).found.id).toBe(before.found.id);
    expect(await steps()).toEqual(footing);
    // What is taken for another configuration, and is the same, is not committed.
    await before.run('sh', '-c', `echo other > ${APPLIED}`);
    await eventually(async () => expect((await read(APPLIED)).trim()).not.toBe('other'), {
      timeoutMs: BOUND_MS,
      message: 'hinge has loaded it again',
    });
    expect(await added()).toEqual(['commit', 'save']);
  });

  it('waits while somebody else commits', async () => {
    const held =
      "import fcntl, time; f = open('/opt/vyatta/config/.lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(4)";
    const holding = (await double()).run('python3', '-c', held);
    const began = performance.now();
    await testbed.put(saying('two'));
    await eventually(async () => expect(await commands()).toContain("description 'two'"), {
      timeoutMs: BOUND_MS,
      intervalMs: 100,
      message: 'it is committed',
    });
    expect(performance.now() - began).toBeGreaterThan(3_000);
    await holding;
    await allReady();
  });

  it('says in its own words what it does not take, goes on with the last good one, and takes the next', async () => {
    const [before, saved] = [await commands(), await read(BOOT_FILE)];
    await testbed.put(saying('refuse-me'));
    const condition = await testbed.condition(
      sendai,
      'Configured',
      { status: 'False', reason: 'Refused' },
      BOUND_MS,
    );
    expect(condition.message).toMatch(
      /VyOS did not take the configuration .* goes on with the last good one: \[ protocols \]; TEST DOUBLE: the value refuse-me is none that it takes; \[\[protocols\]\] failed; Commit failed$/,
    );
    expect(await log('commits')).toContain('commit failed');
    expect(await commands()).toBe(before);
    expect(await read(BOOT_FILE)).toBe(saved);
    const states = Object.values(await sessionsOf(await double())).map(({ state }) => state);
    expect(states).toEqual(['Established', 'Established']);
    await testbed.put(saying('three'));
    await allReady();
    expect(await commands()).toContain("description 'three'");
  });

  it('loses what was committed by hand, and says so', async () => {
    await byHand('s/description "to .*"/description "by hand"/; s/description "three"/description "mine"/');
    expect(await commands()).toContain("'by hand'");
    await eventually(
      async () => {
        const told = (await eventTexts(testbed, 'DriftReverted')).join('\n');
        expect(told).toMatch(/\+ set protocols bgp parameters description 'mine'/);
        expect(await commands()).not.toMatch(/by hand|mine/);
      },
      { timeoutMs: BOUND_MS, message: 'hinge has put it back' },
    );
    await allReady();
  });

  it('is back with its configuration when its container has died', async () => {
    const before = (await log('commits')).length;
    const since = await crashInSandbox(testbed, 'sendai', 2);
    measured(
      `the test double killed, traffic again after ${(await traffic.recovered(hops, since, BOUND_MS)).toFixed(1)} s`,
    );
    expect(await commands()).toContain("description 'three'");
    expect(await log('starts')).toHaveLength(2);
    // VyOS commits its boot file itself.
    expect((await log('commits')).slice(before)).toEqual(['commit']);
    await allReady();
  });

  slow('says what an engine answers that cannot give it its privileges', async () => {
    const ref = router('otaru');
    engines.privileges = true;
    try {
      await testbed.put(document('Router', 'otaru', { platform: 'vyos' }));
      const running = async (): Promise<string> => {
        const { conditions = [] } = (await testbed.status(ref)) ?? {};
        const { reason = '', message = '' } = conditions.find(({ type }) => type === 'Running') ?? {};
        // An engine that can gives no reason to complain.
        expect(['ContainerFailed', 'Running']).toContain(reason);
        return reason === 'Running' ? '' : message;
      };
      const message = await eventually(running, { timeoutMs: BOUND_MS, message: 'it was tried' });
      measured(`a privileged container on this machine: ${message === '' ? 'runs' : message}`);
      expect(message).toMatch(
        /^$|starting container otaru: .+; it runs with all privileges, which the engine of node\d/,
      );
    } finally {
      engines.privileges = false;
    }
    await testbed.del(ref);
    await testbed.gone([ref], BOUND_MS);
  });

  slow('says so when somebody else does not end committing', async () => {
    const held =
      "import fcntl, time; f = open('/opt/vyatta/config/.lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(25)";
    const holding = (await double()).run('python3', '-c', held);
    await testbed.put(saying('four'));
    await testbed.condition(
      sendai,
      'Configured',
      { status: 'False', reason: 'Locked', message: /15 s/ },
      BOUND_MS,
    );
    await holding;
    await allReady();
  });

  slow('is given an interface back that was deleted by hand', async () => {
    await byHand('/^    ethernet eth1 {/,/^    }/d');
    await eventually(
      async () => {
        expect((await eventTexts(testbed, 'DriftReverted')).join('\n')).toMatch(
          /- set interfaces ethernet eth1/,
        );
        expect(await commands()).toMatch(/ethernet eth1 address/);
      },
      { timeoutMs: BOUND_MS, message: 'hinge has put it back' },
    );
    await allReady();
  });

  slow('boots from a file of its own after its task has ended', async () => {
    const before = await double();
    await (await testbed.container('sandbox/sendai')).kill();
    await eventually(async () => expect((await double()).found.id).not.toBe(before.found.id), {
      timeoutMs: BOUND_MS,
      message: 'there is another container',
    });
    await allReady();
    expect(await log('starts')).toHaveLength(1);
    expect(await commands()).toMatch(/ethernet eth\d address/);
  });

  slow('is repaired when it was created, and neither given its files nor started', async () => {
    const { found } = await double();
    const { docker } = testbed.lab.node(found.node);
    const { Config } = await docker.getContainer(found.id).inspect();
    const sandbox = (await testbed.container('sandbox/sendai')).found.id;
    expect(await operator.stop()).toBe(0);
    await docker.getContainer(found.id).remove({ force: true });
    const HostConfig = { NetworkMode: `container:${sandbox}`, CapAdd: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'] };
    await docker.createContainer({
      ...{ name: found.name, Image: DOUBLE, Cmd: ['/sbin/init'], Labels: Config.Labels },
      HostConfig,
    });
    expect(Config.Labels[MADE_FROM_LABEL]).toContain('"privileged":true');
    const nodes = [...engines.proxies].map(([name, { socket }]) => `${name}=unix://${socket}`).join(',');
    operator = await testbed.start('second', { HINGE_NODES: nodes, HINGE_IMAGE_ROUTER_VYOS: DOUBLE });
    await eventually(async () => expect((await log('starts'))[0]).toMatch(/^found [1-9]\d+ lines/), {
      timeoutMs: BOUND_MS,
      message: 'it was started with its files',
    });
    await allReady();
  });
});
