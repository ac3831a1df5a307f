import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus, RouterStatus } from '../../src/api/status.ts';
import { runsBird } from '../support/bird.ts';
import { Crossing, movedTo } from '../support/crossing.ts';
import { eventually } from '../support/eventually.ts';
import { allRows } from '../support/slow.ts';
import {
  documentsIn,
  document,
  type Document,
  experiment,
  measured,
  router,
  useTestbed,
} from '../support/testbed.ts';

const BOUND_MS = 60_000;

/** The example of iBGP, with routers of the AS that run BIRD on both ways through it. */
describe.runIf(allRows)('an AS of routers with FRR and BIRD', () => {
  const testbed = useTestbed('/birdas', { HINGE_RESYNC: '5s' });
  const crossing = new Crossing(testbed, 'crossing');
  let documents: readonly Document[];

  beforeAll(async () => {
    const onBird = ['gate-west', 'core', 'lake'];
    documents = (await documentsIn('examples/ibgp')).map(({ ref, text }) => ({
      ref,
      text: onBird.includes(ref.name) ? text.replace('{ asn:', '{ platform: bird, asn:') : text,
    }));
    await testbed.start();
    await testbed.put(...documents);
    const seconds = await testbed.ready(documents.map(({ ref }) => ref));
    measured(`two ASes around one of FRR and BIRD: Ready after ${seconds.toFixed(1)} s`);
  });

  it('is crossed, with itself once in the AS path', async () => {
    const status = (await testbed.status(experiment('crossing'))) as ExperimentStatus;
    expect(status.connections?.[0]?.proof?.asPath).toEqual([65001, 65003]);
    expect(await runsBird(await testbed.container('router/core'))).toBe(true);
  });

  it.each(['southern', 'northern'])('is crossed along the Path %s, there and back', async (path) => {
    const taken = await crossing.move(movedTo(path, documents), path, 'a', 'b');
    expect(taken).toEqual(await crossing.along(path));
  });

  it('is crossed over SRv6, which is the kernels', async () => {
    const via = ['west', 'gate-west', 'south', 'lake', 'gate-east', 'east'];
    const segments = document('Path', 'segments', { via, engineering: 'srv6' });
    const beside = document('Experiment', 'beside', {
      hosts: [
        { name: 'c', router: 'west' },
        { name: 'd', router: 'east' },
      ],
      connections: [{ name: 'sids', from: 'c', to: 'd', path: 'segments', addresses: {} }],
    });
    await testbed.put(segments, beside);
    const seconds = await testbed.ready([segments.ref, beside.ref]);
    measured(`over SRv6: proven ${seconds.toFixed(1)} s after put`);
    const { connections = [] } = (await testbed.status(beside.ref)) as ExperimentStatus;
    expect(connections.map(({ proof }) => proof?.asPath)).toEqual([[]]);
  });

  it('carries no layer 2, and says why', async () => {
    const lan = document('Experiment', 'lan', {
      hosts: [
        { name: 'e', router: 'west' },
        { name: 'f', router: 'east' },
      ],
      connections: [{ name: 'ef', from: 'e', to: 'f', path: 'northern', layer: 2 }],
    });
    await testbed.put(lan);
    const refused = { status: 'False', reason: 'Unsupported' } as const;
    const { message } = await testbed.condition(lan.ref, 'Valid', refused);
    expect(message).toMatch(
      /passes routers whose platform \(bird\) carries no layer-2 connections, .*: gate-west, core\./,
    );
    await testbed.del(lan.ref);
  });
});

describe.runIf(allRows)('BGP policy between FRR and BIRD', () => {
  const testbed = useTestbed('/birdpolicy', { HINGE_RESYNC: '3s' });
  const routers = ['pol-bird', 'pol-frr'];
  const prefixes = ['203.0.113.0/24', '198.51.100.0/24'];

  const bird = (bgp: unknown, more: object = {}): Document =>
    document('Router', 'pol-bird', { platform: 'bird', asn: 65001, advertise: [prefixes[0]], bgp, ...more });
  const frr = (bgp: unknown, more: object = {}): Document =>
    document('Router', 'pol-frr', { asn: 65002, advertise: [prefixes[1], '192.0.2.0/24'], bgp, ...more });
  const run = async (name: string, ...command: readonly [string, ...string[]]): Promise<string> =>
    (await testbed.container(`router/${name}`)).run(...command);
  const allReady = (): Promise<number> => testbed.ready(routers.map(router), BOUND_MS);

  beforeAll(async () => {
    await testbed.start();
    await testbed.store.put(`${testbed.prefix}/secrets/core`, 'p@ss|word!');
    const path = document('Path', 'pol', { via: routers, bgp: { password: { secret: 'core' } } });
    await testbed.put(bird({}), frr({}), path);
    await testbed.ready([...routers.map(router), path.ref]);
  });

  it('changes what BIRD announces, and what it hears, without a reset', async () => {
    const since = (await testbed.status(router('pol-bird'))) as RouterStatus;
    await testbed.put(
      bird({
        export: [
          {
            match: { prefixes: [`${prefixes[0] ?? ''} le 28`], asPath: '^$' },
            set: { prepend: 2, med: 77, addCommunities: ['65001:5', 'no-peer'] },
          },
        ],
        import: [
          { match: { asPath: '^65002$', communities: ['65002:9'] }, set: { localPreference: 333 } },
          { match: { prefixes: ['192.0.2.0/24'] }, action: 'deny' },
        ],
      }),
      frr({ export: [{ match: { prefixes: [prefixes[1]] }, set: { addCommunities: ['65002:9'] } }] }),
    );
    await eventually(
      async () => {
        const told = await run('pol-frr', 'vtysh', '-c', `show bgp ipv4 unicast ${prefixes[0] ?? ''}`);
        expect(told).toMatch(/65001 65001 65001/);
        expect(told).toMatch(/metric 77/);
        expect(told).toMatch(/Community: 65001:5 no-peer/);
        const heard = await run('pol-bird', 'birdcl', 'show', 'route', 'all');
        expect(heard).toMatch(/198\.51\.100\.0\/24[^]*?BGP\.local_pref: 333/);
        expect(heard).not.toMatch(/192\.0\.2\.0\/24/);
      },
      { timeoutMs: BOUND_MS, message: 'both ends see the rules' },
    );
    const now = (await testbed.status(router('pol-bird'))) as RouterStatus;
    expect(now.sessions?.map(({ establishedAt }) => establishedAt)).toEqual(
      since.sessions?.map(({ establishedAt }) => establishedAt),
    );
  });

  it('ends a session that brings more than it may, and says that the router holds it', async () => {
    const limit = { neighbors: [{ router: 'pol-frr', maximumPrefixes: { limit: 1 } }] };
    await testbed.put(bird(limit));
    const held = { status: 'False', reason: 'HeldByRouter', message: /Idle \(PfxCt\)/ } as const;
    const { message } = await testbed.condition(router('pol-bird'), 'Established', held, BOUND_MS);
    expect(message).toContain('held by this router');
    await testbed.put(bird({}));
    await allReady();
  });

  it('is refused where BIRD cannot, and what runs goes on', async () => {
    await testbed.put(bird({ aggregates: [{ prefix: '198.51.0.0/16' }] }));
    const refused = { status: 'False', reason: 'Unsupported' } as const;
    const { message } = await testbed.condition(router('pol-bird'), 'Valid', refused);
    expect(message).toMatch(/spec\.bgp\.aggregates: 198\.51\.0\.0\/16 is not supported by the platform bird/);
    await testbed.put(bird({}));
    await allReady();
  });

  it('tells what BIRD says of lines that it does not take, and keeps what runs', async () => {
    await testbed.put(bird({}, { extraConfig: 'protocol static ours {\n  ipv4;\n  root 192.0.2.0/24;\n}' }));
    const refused = { status: 'False', reason: 'Refused' } as const;
    const { message } = await testbed.condition(router('pol-bird'), 'Configured', refused, BOUND_MS);
    expect(message).toMatch(/line \d+ "root 192\.0\.2\.0\/24;": syntax error/);
    expect(await run('pol-bird', 'birdcl', 'show', 'protocols')).toMatch(/Established/);
    await testbed.put(bird({}));
    await allReady();
  });

  it('goes on when a router changes its platform, in a new container', async () => {
    await testbed.put(frr({}, { platform: 'bird' }));
    await eventually(
      async () => expect(await runsBird(await testbed.container('router/pol-frr'))).toBe(true),
      { timeoutMs: BOUND_MS, message: 'pol-frr runs BIRD' },
    );
    measured(`FRR replaced by BIRD: Ready ${(await allReady()).toFixed(1)} s after its container ran`);
    await testbed.put(frr({}));
    await eventually(
      async () => expect(await runsBird(await testbed.container('router/pol-frr'))).toBe(false),
      { timeoutMs: BOUND_MS, message: 'pol-frr runs FRR again' },
    );
    await allReady();
  });
});
