import { describe, expect, it } from 'vitest';
import { refOf, type TestbedObject } from '../../../src/api/object.ts';
import { type Foreseen, foresightDocument, formatForesight } from '../../../src/cli/foresight-text.ts';
import { objectChanges } from '../../../src/cli/object-changes.ts';
import { impactOf } from '../../../src/core/diff/impact.ts';
import { foresee } from '../../../src/core/plan/foresight.ts';
import { Bench, path, router } from '../core/plan/bench.ts';

const chain = (): Bench => {
  const hops = [{ between: ['r1', 'r2'], subnet: '10.1.0.0/24' }];
  const bench = new Bench().put(
    router('r1', { asn: 1 }),
    router('r2', { asn: 2 }),
    path('p', ['r1', 'r2'], { hops }),
  );
  bench.converge();
  return bench;
};

/** As `hinge diff` finds it out. */
function foreseen(bench: Bench, ...objects: readonly TestbedObject[]): Foreseen {
  const accepted = [...bench.accepted.values()];
  const now = bench.step();
  const before = { accepted, removing: now.removing };
  bench.put(...objects);
  const then = foresee({ ...bench.input(), accepted, lingering: undefined });
  return {
    objects: objectChanges(objects.map(refOf), before, then),
    impact: impactOf(now.desired, then.intake.desired),
  };
}

const text = (found: Foreseen): string => formatForesight(found, (_style, part) => part);

describe('what hinge diff shows', () => {
  it('is that nothing changes, when nothing does', () => {
    expect(text(foreseen(chain(), router('r1', { asn: 1 })))).toBe(
      'router/r1 is unchanged\n\nno running session is touched',
    );
  });

  it('is the lines that change, in the object and in the configuration', () => {
    expect(text(foreseen(chain(), router('r1', { asn: 1, advertise: ['192.0.2.0/24'] })))).toBe(
      `router/r1 is changed
  @@ -4,2 +4,4 @@
     platform: frr
     asn: 1
  +  advertise:
  +    - 192.0.2.0/24

Containers:
  router/r1 is configured in place
    @@ -5,4 +5,6 @@
     service integrated-vtysh-config
     !
    +ip route 192.0.2.0/24 blackhole 254
    +!
     interface lo
      ip address 10.255.0.1/32
    @@ -29,4 +31,5 @@
       network 10.1.0.0/24
       network 10.255.0.1/32
    +  network 192.0.2.0/24
       neighbor 10.1.0.3 activate
      exit-address-family

no running session is touched`,
    );
  });

  it('is why a container is replaced, and whose sessions that resets', () => {
    const shown = text(
      foreseen(chain(), router('r1', { asn: 1, image: 'x:2', resources: { cpus: 0.5, memory: '1Gi' } })),
    );
    expect(shown).toContain(
      'router/r1 is replaced: image hinge/router-frr:1 → x:2, cpus no limit → 0.5, memory no limit → 1024Mi',
    );
    expect(shown).toMatch(
      /Sessions that are touched:\n {2}r1 – r2 \(10\.1\.0\.2–3\): reset, because the container of r1 is replaced \(image, resources\)$/,
    );
  });

  it('is what comes and goes', () => {
    const found = foreseen(chain(), router('r3'), path('q', ['r2', 'r3']));
    expect(text(found)).toContain('router/r3 is created\npath/q is created');
    expect(text(found)).toMatch(/Networks:\n {2}link\/r2--r3 is added \(10\.200\.0\.\d+\/27\)/);
  });

  it('is also what waits in etcd, and what its annotation holds back', () => {
    const bench = chain().put(router('r9'));
    const frozen = router('r1', { asn: 7 }, { 'hinge.testbed/reconcile': 'disabled' });
    const shown = text(foreseen(bench, frozen));
    expect(shown).toContain('router/r1 is frozen');
    expect(shown).toContain('router/r9 is created (in etcd already, not accepted yet)');
    expect(shown).toContain('no running session is touched');
  });

  it('is the same for programs', () => {
    expect(foresightDocument(foreseen(chain(), router('r1', { asn: 1, image: 'x:2' })))).toMatchObject({
      objects: [{ kind: 'Router', name: 'r1', change: 'changed', given: true }],
      containers: [
        {
          workload: 'router/r1',
          change: 'replaced',
          fields: [{ field: 'image', before: 'hinge/router-frr:1', after: 'x:2' }],
        },
      ],
      networks: [],
      sessions: [{ network: 'link/r1--r2', fate: 'reset', ends: [{ router: 'r1' }, { router: 'r2' }] }],
    });
  });
});
