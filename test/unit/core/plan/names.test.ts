import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hostServiceName,
  networkName,
  routerServiceName,
  testbedToken,
} from '../../../../src/core/plan/names.ts';
import { hostKey, linkKey, routerKey } from '../../../../src/core/plan/owners.ts';
import { TESTBED } from './bench.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const anyName = fc.oneof(
  fc.constantFrom('a', 'b', 'a-b', 'b-c', 'a--b', 'b--c', 'c', 'fig3', 'fig3-a', 'fig3--a', 'x'.repeat(63)),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/),
);

describe('names of services', () => {
  it('are what people look for', () => {
    expect(routerServiceName(TESTBED, 'vyos-35')).toBe('hinge-vyos-35');
    expect(hostServiceName(TESTBED, 'fig3', 'a')).toBe('hinge-fig3--a');
  });

  it('are labels, and different for different workloads of any testbed', () => {
    const prefix = fc.constantFrom(
      '/hinge',
      '/hinge-a',
      '/a/hinge',
      '/b/hinge',
      '/hingea',
      '/Hinge',
      '/lab/two',
    );
    const workload = fc.record({ prefix, name: anyName, host: fc.option(anyName, { nil: undefined }) });
    const nameOf = ({
      prefix: of,
      name,
      host,
    }: {
      prefix: string;
      name: string;
      host: string | undefined;
    }): string => {
      const testbed = { ...TESTBED, prefix: of };
      return host === undefined ? routerServiceName(testbed, name) : hostServiceName(testbed, name, host);
    };
    const keyOf = ({
      prefix: of,
      name,
      host,
    }: {
      prefix: string;
      name: string;
      host: string | undefined;
    }): string => `${of} ${host === undefined ? routerKey(name) : hostKey(name, host)}`;
    fc.assert(
      fc.property(fc.array(workload, { minLength: 2, maxLength: 30 }), (workloads) => {
        const byName = new Map(workloads.map((each) => [nameOf(each), keyOf(each)]));
        for (const each of workloads) {
          expect(nameOf(each)).toMatch(LABEL);
          expect(byName.get(nameOf(each))).toBe(keyOf(each));
        }
      }),
    );
  });
});

describe('names of networks', () => {
  it('end differently for another identity or another store', () => {
    const parts = ['vyos-35', 'vyos-36'];
    const names = [
      networkName(TESTBED, parts, 'link/vyos-35--vyos-36 17'),
      networkName(TESTBED, parts, 'link/vyos-35--vyos-36 18'),
      networkName({ ...TESTBED, uid: 'other' }, parts, 'link/vyos-35--vyos-36 17'),
    ];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^hinge-vyos-35-vyos-36-[a-z2-7]{8}$/);
  });

  it('are cut to a label', () => {
    const name = networkName(TESTBED, ['x'.repeat(63), 'y'.repeat(63)], 'z 1');
    expect(name).toMatch(LABEL);
    expect(name).toHaveLength(63);
  });
});

describe('the start of all names', () => {
  it.each([
    ['/hinge', /^hinge$/],
    ['/lab2', /^lab2$/],
    ['/hinge-x', /^hingex[a-z2-7]{10}$/],
    ['/a/hinge', /^hinge[a-z2-7]{11}$/],
    ['/a-very-long-name-indeed', /^averylon[a-z2-7]{8}$/],
    ['/...', /^[a-z2-7]{16}$/],
  ])('of %s has no dash', (prefix, expected) => {
    expect(testbedToken(prefix)).toMatch(expected);
  });
});

describe('keys of links', () => {
  it('are the same for both orders, and different for different pairs', () => {
    expect(linkKey('vyos-36', 'vyos-35')).toBe('link/vyos-35--vyos-36');
    expect(linkKey('a--b', 'c')).not.toBe(linkKey('a', 'b--c'));
  });
});
