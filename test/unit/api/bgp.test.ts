import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/api/parse.ts';
import { problemText } from '../../../src/api/problem.ts';

/** The problems of a Router with this policy, as a user reads them. */
function problems(bgp: unknown): readonly string[] {
  const object = {
    apiVersion: 'hinge.testbed/v1alpha1',
    kind: 'Router',
    metadata: { name: 'r1' },
    spec: { bgp },
  };
  const result = parseObject(
    '/hinge/desired/routers/r1',
    { kind: 'Router', name: 'r1' },
    JSON.stringify(object),
  );
  return result.ok ? [] : result.problems.map((problem) => problemText(problem));
}

const heard = (rule: unknown): unknown => ({ import: [rule] });
const matching = (match: unknown): unknown => heard({ match });
const setting = (set: unknown): unknown => heard({ set });

describe('a BGP policy', () => {
  it.each([
    [
      'everything at once',
      {
        timers: { keepalive: 3, hold: 9, connect: 1 },
        gracefulRestart: { restartTime: 120 },
        aggregates: [{ prefix: '10.0.0.0/8', summaryOnly: true }],
        import: [{ match: { prefixes: ['10.0.0.0/8 le 24'], asPath: '^65001_' }, action: 'deny' }],
        export: [{ set: { prependAsns: [1, 2], nextHopUnchanged: true, med: 0 } }],
        neighbors: [
          {
            router: 'r2',
            bfd: false,
            defaultOriginate: true,
            maximumPrefixes: { limit: 5 },
            password: { secret: 'core' },
            import: [{ set: { localPreference: 0, prepend: 3 } }],
          },
        ],
      },
    ],
    ['nothing', {}],
    ['a rule for everything', heard({ action: 'deny' })],
    [
      'ge and le',
      matching({ prefixes: ['10.0.0.0/8 ge 9', '10.0.0.0/8 ge 16 le 16', '0.0.0.0/0 le 32', '1.2.3.4/32'] }),
    ],
    ['communities', setting({ addCommunities: ['65000:1', '1:0', '65535:65535', 'no-export', 'local-AS'] })],
    [
      'expressions',
      {
        import: ['^$', '_2_', '^(1|2)+_', '^[0-9]+_.*$', '1{2}', '\\{1,2\\}'].map((asPath) => ({
          match: { asPath },
        })),
      },
    ],
  ])('takes %s', (_, bgp) => {
    expect(problems(bgp)).toEqual([]);
  });

  it.each([
    [
      { timers: { keepalive: 4, hold: 9 } },
      'spec.bgp.timers.hold: expected at least three times keepalive (RFC 4271), got 9',
    ],
    [{ timers: { hold: 2 } }, 'spec.bgp.timers.hold: expected a whole number from 3 to 65535, got 2'],
    [
      matching({ prefixes: ['10.0.0.0/8 le 8'] }),
      'spec.bgp.import[0].match.prefixes[0]: expected lengths in the order: prefix length < ge <= le <= 32, got "10.0.0.0/8 le 8"',
    ],
    [matching({ prefixes: ['10.0.0.0/8 ge 20 le 16'] }), /expected lengths in the order/],
    [matching({ prefixes: ['10.0.0.0/8 le 33'] }), /expected lengths in the order/],
    [matching({ prefixes: ['10.0.0.0/8 le 24 ge 16'] }), /expected a prefix such as 10\.0\.0\.0\/8, 10/],
    [
      matching({ prefixes: ['10.0.0.300/8'] }),
      /expected an IPv4 prefix such as 10\.0\.0\.0\/8 before ge and le/,
    ],
    [
      matching({ prefixes: [] }),
      'spec.bgp.import[0].match.prefixes: expected a list of at least 1 entry, got [0 entries]',
    ],
    [matching({ asPath: '^(1|2_' }), /asPath: expected a POSIX regular expression whose brackets close/],
    [matching({ asPath: '*1' }), /whose brackets close and whose \* \+ \? \{ follow something, got "\*1"/],
    [matching({ asPath: '(?=1)' }), /asPath: expected/],
    [matching({ asPath: 'AS1' }), /asPath: expected a regular expression over AS numbers such as \^65001_/],
    [matching({ asPath: '1\nrouter bgp 5' }), /asPath: expected a regular expression over AS numbers/],
    [
      matching({ communities: ['65000'] }),
      /communities\[0\]: expected a community such as 65000:1, or graceful-shutdown, blackhole/,
    ],
    [matching({ communities: ['internet'] }), /expected a community/],
    [matching({ communities: ['0:0'] }), /expected a community/],
    [matching({ communities: ['65536:1'] }), /expected a community/],
    [
      heard({ action: 'deny', set: { med: 1 } }),
      'spec.bgp.import[0].set: expected nothing, since a rule that denies leaves nothing to set, got {med}',
    ],
    [heard({ action: 'drop' }), 'spec.bgp.import[0].action: expected permit or deny, got "drop"'],
    [
      setting({ communities: ['1:1'], addCommunities: ['1:2'] }),
      /set.communities: expected either communities, which replaces them all/,
    ],
    [setting({ prepend: 'three' }), /set.prepend: expected a whole number from 1 to 32, got/],
    [setting({ prependAsns: [] }), /set.prependAsns: expected/],
    [setting({ prependAsns: [23456] }), /set.prependAsns/],
    [setting({ prepend: 1, prependAsns: [2] }), /set.prependAsns: expected either prepend or prependAsns/],
    [setting({ localPreference: 4294967295 }), /expected a whole number from 0 to 4294967294/],
    [setting({ nextHopUnchanged: true }), /unknown field spec.bgp.import\[0\].set.nextHopUnchanged/],
    [{ export: [{ set: { localPreference: 5 } }] }, /unknown field spec.bgp.export\[0\].set.localPreference/],
    [
      { neighbors: [{ bfd: false }] },
      'spec.bgp.neighbors[0].router: expected a DNS-1123 label (lower case letters, digits and "-", at most 63), but the field is missing',
    ],
    [
      { neighbors: [{ router: 'r2', password: 'hunter2' }] },
      /password: expected a map of fields, got the string/,
    ],
  ])('refuses %j', (bgp, expected) => {
    expect(problems(bgp).join('\n')).toMatch(expected);
  });
});
