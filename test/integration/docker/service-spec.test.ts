import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newServiceSpec, observeSpec, overlaySpec } from '../../../src/adapters/docker/service-spec.ts';
import { differingFields } from '../../../src/core/diff/conforms.ts';
import type { DesiredService } from '../../../src/core/plan/desired.ts';
import { Testbed } from '../../support/workload.ts';

const testbed = new Testbed(1);
const words = fc.array(fc.string());
const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}\.[a-z]{1,4}$/), fc.string(), {
  noNullPrototype: true,
});
const services: fc.Arbitrary<DesiredService> = fc.record({
  name: fc.string({ minLength: 1 }),
  hostname: fc.string(),
  image: fc.string({ minLength: 1 }),
  command: words,
  env: words,
  capabilities: words,
  sysctls: map,
  constraints: words,
  nanoCpus: fc.nat(),
  memoryBytes: fc.nat(),
  labels: map,
});

describe('service spec', () => {
  it('reads back what it writes, so that a fresh service conforms', () => {
    fc.assert(
      fc.property(services, (service) => {
        const spec = newServiceSpec(testbed.workload('a', service), 'management-id');
        expect(differingFields(service, observeSpec(spec), spec.Labels ?? {}, 'management-id')).toEqual([]);
      }),
    );
  });

  it('brings any spec to what is desired and keeps what is not its own', () => {
    fc.assert(
      fc.property(services, services, map, (before, after, foreign) => {
        const old = newServiceSpec(testbed.workload('a', before), 'other-id');
        const edited = {
          ...old,
          Labels: { ...old.Labels, ...foreign },
          RollbackConfig: foreign,
          TaskTemplate: {
            ...old.TaskTemplate,
            ForceUpdate: 7,
            Resources: { ...old.TaskTemplate.Resources, Reservations: { NanoCPUs: 1 } },
            ContainerSpec: { ...old.TaskTemplate.ContainerSpec, Mounts: [foreign], Command: ['entry'] },
          },
        };
        const spec = overlaySpec(edited, testbed.workload('a', after), 'management-id');
        expect(differingFields(after, observeSpec(spec), spec.Labels ?? {}, 'management-id')).toEqual([]);
        expect(spec).toMatchObject({
          Labels: { ...foreign, ...after.labels },
          RollbackConfig: foreign,
          EndpointSpec: { Mode: 'dnsrr' },
          TaskTemplate: {
            ForceUpdate: 7,
            Resources: { Reservations: { NanoCPUs: 1 } },
            ContainerSpec: { Mounts: [foreign], Command: ['entry'], Init: true },
          },
        });
      }),
    );
  });

  it('keeps how the management network was attached by hand', () => {
    const workload = testbed.workload('a');
    const spec = newServiceSpec(workload, 'id');
    const aliased = {
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, Networks: [{ Target: 'id', Aliases: ['x'] }] },
    };
    expect(overlaySpec(aliased, workload, 'id').TaskTemplate.Networks).toEqual([
      { Target: 'id', Aliases: ['x'] },
    ]);
  });
});
