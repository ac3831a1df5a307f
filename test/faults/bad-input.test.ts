import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DockerEvents } from '../support/docker-events.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { footingOf } from '../support/footing.ts';
import { hinge } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import { Store } from '../support/store.ts';
import { type Document, document, router, useTestbed } from '../support/testbed.ts';

const yaml = (kind: 'Router' | 'Path', name: string, spec: string): Document => ({
  ref: { kind, name },
  text: `apiVersion: hinge.testbed/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:${spec}\n`,
});

/** What is put, and what its condition has to name: where, what was there, what was expected. */
const BAD: readonly (readonly [string, Document, string, readonly RegExp[]])[] = [
  [
    'malformed JSON',
    { ref: router('bad-json'), text: '{"apiVersion": "hinge.testbed/v1alpha1", "kind": "Router", ' },
    'Invalid',
    [/line 1/],
  ],
  [
    'malformed YAML',
    { ref: router('bad-yaml'), text: 'kind: Router\n  metadata: {name: bad-yaml\n' },
    'Invalid',
    [/document/, /kind: Router/, /expected a JSON or YAML document/, /line 1/],
  ],
  [
    'an unknown field',
    yaml('Router', 'unknown-field', ' { asnn: 65001 }'),
    'Invalid',
    [/spec\.asnn/, /65001/, /asn/],
  ],
  [
    'a wrong type',
    yaml('Router', 'wrong-type', ' { asn: many }'),
    'Invalid',
    [/spec\.asn/, /many/, /expected/],
  ],
  [
    'an unknown Router',
    yaml('Path', 'unknown-router', ' { via: [good-a, nowhere] }'),
    'RouterNotFound',
    [/spec\.via\[1\]/, /nowhere/],
  ],
  [
    'an AS number that is taken',
    yaml('Router', 'same-asn', ' { asn: 65101 }'),
    'Conflict',
    [/spec\.asn/, /65101/, /good-a/],
  ],
  [
    'a subnet that is too small',
    yaml(
      'Path',
      'small-subnet',
      ' { via: [good-a, good-b], hops: [{ between: [good-a, good-b], subnet: 10.9.8.0/30 }] }',
    ),
    'SubnetTooSmall',
    [/spec\.hops\[0\]\.subnet/, /10\.9\.8\.0\/30/, /\/28/],
  ],
  [
    'a name that is not the key',
    { ref: router('one-name'), text: yaml('Router', 'another-name', ' {}').text },
    'Invalid',
    [/metadata\.name/, /another-name/, /one-name/],
  ],
];

describe('bad input', () => {
  const testbed = useTestbed('/bad');
  const good = [
    document('Router', 'good-a', {
      asn: 65101,
      extraConfig: 'ip prefix-list KEPT seq 5 permit 192.0.2.0/24',
    }),
    document('Router', 'good-b'),
    document('Path', 'good', { via: ['good-a', 'good-b'] }),
  ];
  let events: DockerEvents;

  beforeAll(async () => {
    events = await testbed.events();
    await testbed.start();
    await testbed.put(...good);
    await testbed.ready(good.map(({ ref }) => ref));
  });

  describe('in new objects', () => {
    let mark: number;
    let before: Awaited<ReturnType<typeof goodState>>;

    beforeAll(async () => {
      before = await goodState();
      mark = await events.mark();
      await testbed.put(...BAD.map(([, text]) => text));
    });

    it.each(BAD)(
      '%s: the condition says where, what, and what was expected',
      async (_, { ref }, reason, patterns) => {
        const { message } = await testbed.condition(ref, 'Valid', { status: 'False', reason });
        for (const pattern of patterns) expect(message).toMatch(pattern);
        await testbed.condition(ref, 'Stalled', { status: 'True' });
      },
    );

    it('disturbs nothing else', async () => {
      await testbed.operators[0]?.idle();
      expect(await events.writesSince(mark)).toEqual([]);
      const after = await goodState();
      expect(after.footing).toEqual(before.footing);
      expectNothingWritten(before.entries, after.entries);
      recovery(
        '10',
        `${String(BAD.length)} malformed objects`,
        undefined,
        'each refused by a condition; nothing else changed',
      );
    });

    it('goes when its key goes', async () => {
      await testbed.del(...BAD.map(([, { ref }]) => ref));
      await testbed.gone(BAD.map(([, { ref }]) => ref));
      expect([...(await testbed.statuses()).keys()]).toEqual(['Path/good', 'Router/good-a', 'Router/good-b']);
    });
  });

  it('in an edit leaves the last good version running, and the next good one is taken', async () => {
    const before = await footingOf(testbed);
    const edits: readonly Document[] = [
      document('Router', 'good-a', { asn: '65101 or so' }),
      document('Path', 'good', { via: ['good-a', 'good-b', 'good-a'] }),
    ];
    await testbed.put(...edits);
    for (const { ref } of edits) {
      const condition = await testbed.condition(ref, 'Valid', { status: 'False' });
      expect(condition.message).toContain('The last valid version goes on running');
    }
    await testbed.operators[0]?.idle();
    expect(await footingOf(testbed)).toEqual(before);
    const goodA = await testbed.container('router/good-a');
    expect(await goodA.run('vtysh', '-c', 'show running-config')).toContain('router bgp 65101');

    await testbed.put(...good);
    for (const { ref } of edits) await testbed.condition(ref, 'Valid', { status: 'True' });
    const seconds = await testbed.ready(good.map(({ ref }) => ref));
    expect(await footingOf(testbed)).toEqual(before);
    recovery(
      '10',
      'malformed edits of objects that run, corrected',
      seconds,
      'meanwhile the last valid version ran on',
    );
  });

  it('keeps lines of extraConfig as they were written', async () => {
    const goodA = await testbed.container('router/good-a');
    expect(await goodA.run('vtysh', '-c', 'show running-config')).toContain(
      'ip prefix-list KEPT seq 5 permit 192.0.2.0/24',
    );
  });

  it('in a file is a command-line error that names file, line, field, value and what was expected', async () => {
    const text =
      'apiVersion: hinge.testbed/v1alpha1\nkind: Router\nmetadata: { name: typo }\nspec:\n  asn: -7\n';
    const { exitCode, stderr } = await hinge(testbed.env, ['apply', '-f', '-'], text);
    expect(exitCode).not.toBe(0);
    for (const pattern of [/5/, /spec\.asn/, /-7/, /expected/]) expect(stderr).toMatch(pattern);
    expect(await testbed.store.get(testbed.keys.desiredOf(router('typo')))).toBeUndefined();
  });

  /** What must stay as it is: sessions, containers, and everything in etcd about the good objects. */
  async function goodState() {
    const isGood = (key: string): boolean => /\/(good|good-a|good-b)$/.test(key);
    const entries = new Map([...(await testbed.snapshot())].filter(([key]) => isGood(key)));
    return { footing: await footingOf(testbed), entries };
  }
});

describe('values of 2 MB', () => {
  const testbed = useTestbed('/large');
  let etcd: EtcdServer;

  beforeAll(async () => {
    etcd = await startEtcd({ maxRequestBytes: 8 * 1024 * 1024 });
  });
  afterAll(() => etcd.close());

  it('are refused by a condition, and the operator goes on', async () => {
    const store = new Store(etcd.endpoint);
    const large = (name: string): string =>
      document('Router', name, { extraConfig: 'x'.repeat(2_000_000) }).text;
    const operator = await testbed.spawn('large', { HINGE_ETCD_ENDPOINTS: etcd.endpoint });
    await operator.leading();
    const names = ['large-1', 'large-2', 'large-3'];
    for (const name of names) await store.put(`/large/desired/routers/${name}`, large(name));
    await store.put('/large/desired/paths/small', document('Path', 'small', { via: ['x', 'y'] }).text);
    const statusOf = async (key: string): Promise<string> => (await store.get(key))?.value ?? '';
    const bounds = { timeout: 60_000 };
    const refused = /"type":"Valid","status":"False".*expected at most 1048576 bytes, got 20001\d\d bytes/;
    for (const name of names) {
      await expect.poll(() => statusOf(`/large/status/routers/${name}`), bounds).toMatch(refused);
    }
    await expect.poll(() => statusOf('/large/status/paths/small'), bounds).toContain('RouterNotFound');
    recovery('10', '3 values of 2 MB', undefined, 'each refused by a condition; the others go on');
    expect(await operator.stop()).toBe(0);
  });
});
