import { describe, expect, it } from 'vitest';
import { MADE_FROM_LABEL } from '../../src/core/plan/labels.ts';
import { useDoubled } from '../support/doubled.ts';
import { eventually } from '../support/eventually.ts';
import { eventTexts } from '../support/seen.ts';
import { allRows } from '../support/slow.ts';
import { document, measured, router } from '../support/testbed.ts';
import { DOUBLE } from '../support/vyos-double.ts';

const BOUND_MS = 60_000;
const SENDAI = router('sendai');

/** As vyos-double.test.ts: with a test double, which is not VyOS. */
describe.runIf(allRows)('what happens to a router with platform vyos, on a test double of VyOS', () => {
  const doubled = useDoubled('/redoubled');
  const { testbed, engines } = doubled;

  it('gets a further link, signed, while it runs, and loses it again', async () => {
    const [before, footing] = [await doubled.container(), await doubled.steps()];
    await testbed.store.put(`${testbed.keys.secrets}signed`, 'a$&b\\c');
    const more = [
      document('Router', 'naha'),
      document('Path', 'signed', { via: ['sendai', 'naha'], bgp: { password: { secret: 'signed' } } }),
    ];
    const refs = more.map(({ ref }) => ref);
    await testbed.put(...more);
    await testbed.ready(refs, BOUND_MS);
    expect(await doubled.steps()).toEqual([...footing, [1, 0]]);
    expect(await doubled.commands()).toContain(`password 'a$&b\\c'`);
    expect(JSON.stringify([...(await testbed.statuses())])).not.toContain('a$&b');
    await testbed.del(...refs);
    await testbed.gone(refs, BOUND_MS);
    await eventually(async () => expect(await doubled.commands()).not.toContain('password'), {
      timeoutMs: BOUND_MS,
      message: 'the session is not configured any more',
    });
    await doubled.ready();
    expect(await doubled.steps()).toEqual(footing);
    expect((await doubled.container()).found.id).toBe(before.found.id);
  });

  it('is an edge of layer 2, with the bridge that it makes itself', async () => {
    const more = [
      document('Path', 'half', { via: ['sapporo', 'sendai'] }),
      document('Experiment', 'cable', {
        hosts: [
          { name: 'c', router: 'sapporo' },
          { name: 'd', router: 'sendai' },
        ],
        connections: [{ name: 'cd', from: 'c', to: 'd', path: 'half', layer: 2, subnet: '172.20.9.0/24' }],
      }),
    ];
    const refs = more.map(({ ref }) => ref);
    await testbed.put(...more);
    const seconds = await testbed.ready(refs, BOUND_MS);
    measured(`a cable between FRR and the test double of VyOS, proven after ${seconds.toFixed(1)} s`);
    const links = await (await doubled.container()).run('ip', '-oneline', 'link', 'show');
    expect(links).toMatch(/l2m\d+-\d@.* master br\d+ /);
    expect(links).toMatch(/vxlan\d+: .* master br\d+ /);
    expect(links).not.toMatch(/l2b\d|l2v\d/);
    await testbed.del(...refs);
    await testbed.gone(refs, BOUND_MS);
    await doubled.ready();
  });

  it('says what an engine answers that cannot give it its privileges', async () => {
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

  it('says so when somebody else does not end committing', async () => {
    const holding = doubled.lock(25);
    await testbed.put(doubled.saying('four'));
    const locked = { status: 'False', reason: 'Locked', message: /15 s/ } as const;
    await testbed.condition(SENDAI, 'Configured', locked, BOUND_MS);
    await holding;
    await eventually(async () => expect(await doubled.commands()).toContain("description 'four'"), {
      timeoutMs: BOUND_MS,
      message: 'it is committed',
    });
    await doubled.ready();
  });

  it('is given an interface back that was deleted by hand', async () => {
    await doubled.byHand('/^    ethernet eth1 {/,/^    }/d');
    await eventually(
      async () => {
        const told = (await eventTexts(testbed, 'DriftReverted')).join('\n');
        expect(told).toMatch(/- set interfaces ethernet eth1/);
        expect(await doubled.commands()).toMatch(/ethernet eth1 address/);
      },
      { timeoutMs: BOUND_MS, message: 'hinge has put it back' },
    );
    await doubled.ready();
  });

  it('boots from a file of its own after its task has ended', async () => {
    const [before, [first]] = [await doubled.container(), await doubled.log('starts')];
    await (await testbed.container('sandbox/sendai')).kill();
    await eventually(async () => expect((await doubled.container()).found.id).not.toBe(before.found.id), {
      timeoutMs: BOUND_MS,
      message: 'there is another container',
    });
    await doubled.ready();
    const [found, ...more] = await doubled.log('starts');
    expect(more).toEqual([]);
    measured(`boot files of a router and of the one in its next sandbox: ${first ?? ''}; ${found ?? ''}`);
    expect(await doubled.commands()).toMatch(/ethernet eth\d address/);
  });

  it('is repaired when it was created, and neither given its files nor started', async () => {
    const { found } = await doubled.container();
    const { docker } = testbed.lab.node(found.node);
    const { Config } = await docker.getContainer(found.id).inspect();
    const sandbox = (await testbed.container('sandbox/sendai')).found.id;
    await testbed.endOperators();
    await docker.getContainer(found.id).remove({ force: true });
    await docker.createContainer({
      ...{ name: found.name, Image: DOUBLE, Cmd: ['/sbin/init'], Labels: Config.Labels },
      HostConfig: { NetworkMode: `container:${sandbox}`, CapAdd: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'] },
    });
    expect(Config.Labels[MADE_FROM_LABEL]).toContain('"privileged":true');
    await doubled.start('second');
    await eventually(async () => expect((await doubled.log('starts'))[0]).toMatch(/^found [1-9]\d+ lines/), {
      timeoutMs: BOUND_MS,
      message: 'it was started with its files',
    });
    await doubled.ready();
  });
});
