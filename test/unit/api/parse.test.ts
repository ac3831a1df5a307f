import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/api/parse.ts';
import { problemText } from '../../../src/api/problem.ts';

const KEY = '/hinge/desired/routers/r1';
const HEAD = 'apiVersion: hinge.testbed/v1alpha1\nkind: Router\nmetadata: {name: r1}\n';

/** The problems of a Router's text, as a user reads them, with their positions. */
function problems(text: string): string[] {
  const result = parseObject(KEY, { kind: 'Router', name: 'r1' }, text);
  if (result.ok) return [];
  return result.problems.map((p) => `${String(p.line ?? 0)}:${String(p.column ?? 0)} ${problemText(p)}`);
}

const spec = (text: string): string => `${HEAD}spec: {${text}}\n`;

describe('parseObject', () => {
  it('accepts YAML and fills in defaults', () => {
    expect(parseObject(KEY, { kind: 'Router', name: 'r1' }, HEAD)).toEqual({
      ok: true,
      object: {
        apiVersion: 'hinge.testbed/v1alpha1',
        kind: 'Router',
        metadata: { name: 'r1' },
        spec: { platform: 'frr' },
      },
    });
  });

  it('accepts JSON, indented with tabs too', () => {
    const object = {
      apiVersion: 'hinge.testbed/v1alpha1',
      kind: 'Router',
      metadata: { name: 'r1', labels: { a: 'é😀\u0000\t' } },
      spec: { platform: 'vyos', asn: 57, extraConfig: 'a\nb: c # d\n' },
    };
    const ref = { kind: 'Router', name: 'r1' } as const;
    expect(parseObject(KEY, ref, JSON.stringify(object, null, '\t'))).toEqual({ ok: true, object });
  });

  it.each([
    [
      'a wrong type',
      spec('asn: seven'),
      '4:13 spec.asn: expected an AS number from 1 to 4294967294, got the string "seven"',
    ],
    [
      'a quoted number',
      spec('asn: "7"'),
      '4:13 spec.asn: expected an AS number from 1 to 4294967294, got the string "7"; remove the quotes',
    ],
    [
      'a number for a string',
      `${HEAD.replace('r1}', 'r1, labels: {rack: 7}}')}spec: {}`,
      '3:37 metadata.labels.rack: expected a string, got the number 7; put it in quotes',
    ],
    [
      'a reserved AS number',
      spec('asn: 23456'),
      '4:13 spec.asn: expected an AS number that is not reserved (23456, 65535), got 23456',
    ],
    [
      'a number beyond any',
      spec('asn: 1e999'),
      '4:13 spec.asn: expected an AS number from 1 to 4294967294, got the number Infinity',
    ],
    [
      'an unknown field',
      spec('routerID: 0.0.0.7'),
      '4:8 spec.routerID: unknown field spec.routerID; did you mean routerId? (value: "0.0.0.7")',
    ],
    [
      'a field of a lower level',
      `${HEAD}asn: 7\nspec: {}`,
      '4:1 asn: unknown field asn; did you mean spec.asn? (value: 7)',
    ],
    [
      '__proto__',
      spec('__proto__: {a: 1}'),
      '4:8 spec.__proto__: unknown field spec.__proto__ (value: "__proto__")',
    ],
    [
      'a merge key',
      spec('<<: {asn: 1}'),
      '4:8 spec["<<"]: unknown field spec["<<"]; expected one of platform, release, runtime, image, imagePullPolicy, imagePullSecret, asn, routerId, loopback, locator, advertise, bgp, placement, resources, extraConfig (value: {asn})',
    ],
    [
      'a value of an enumeration',
      spec('platform: junos'),
      '4:18 spec.platform: expected frr, vyos or bird, got "junos"',
    ],
    [
      'a prefix',
      spec('advertise: [10.0.0.0/33]'),
      '4:20 spec.advertise[0]: expected an IPv4 prefix such as 10.199.34.0/24, got "10.0.0.0/33"',
    ],
    [
      'a loopback with no host mask',
      spec('loopback: 10.0.0.1/24'),
      '4:18 spec.loopback: expected an IPv4 address with /32 such as 10.255.0.57/32, or none, got "10.0.0.1/24"',
    ],
    [
      'no loopback and no router ID',
      spec('loopback: none'),
      '4:7 spec.routerId: expected a router ID such as 0.0.0.57, since spec.loopback is none, but the field is missing',
    ],
    [
      'a router ID of zero',
      spec('routerId: 0.0.0.0'),
      '4:18 spec.routerId: expected a router ID other than 0.0.0.0 (RFC 6286), got "0.0.0.0"',
    ],
    [
      'a constraint that Swarm never matches',
      spec('placement: {constraints: [label.site==a]}'),
      '4:34 spec.placement.constraints[0]: expected a Swarm constraint such as node.labels.site==yokosuka, got "label.site==a"',
    ],
    ['no spec value', `${HEAD}spec:\n`, '4:6 spec: expected a map of fields, got nothing (null)'],
    [
      'another name than the key',
      HEAD.replace('r1', 'r2'),
      `3:18 metadata.name: expected "r1", the last part of the key ${KEY}, got "r2"`,
    ],
    [
      'a name that is no label',
      HEAD.replace('r1', 'R_1'),
      '3:18 metadata.name: expected "r1", the last part of the key /hinge/desired/routers/r1, got "R_1"',
    ],
    [
      'another kind than the key',
      HEAD.replace('Router', 'Experiment'),
      `2:7 kind: expected Router at key ${KEY}, got "Experiment"`,
    ],
    [
      'an unknown kind',
      HEAD.replace('Router', 'Rooter'),
      '2:7 kind: expected Router, Path or Experiment, got "Rooter"; did you mean Router?',
    ],
    [
      'an unknown version',
      HEAD.replace('v1alpha1', 'v2'),
      '1:13 apiVersion: expected hinge.testbed/v1alpha1, got "hinge.testbed/v2"',
    ],
    [
      'a duplicate field',
      spec('asn: 7, asn: 8'),
      '4:16 spec.asn: expected every field once; this one is given twice (value: "asn")',
    ],
    [
      'a tag',
      spec('image: !!binary aGk='),
      '4:24 expected no YAML tag; write the plain value (value: "tag:yaml.org,2002:binary")',
    ],
    ['an alias to nothing', spec('image: *x'), '4:15 expected an anchor &x before this alias (value: "*x")'],
    [
      'a key that is no string',
      spec('[a]: b'),
      '4:8 expected a JSON or YAML document; with stringKeys, all keys must be strings (value: "spec: {[a]: b}")',
    ],
    [
      'cut JSON',
      '{"kind": "Router",',
      '1:19 expected a JSON or YAML document; flow map must end with a } (value: "{\\"kind\\": \\"Router\\",")',
    ],
    [
      'broken YAML',
      `${HEAD}spec: a: b`,
      '4:7 expected a JSON or YAML document; nested mappings are not allowed in compact mappings (value: "spec: a: b")',
    ],
    ['two documents', `${HEAD}---\n${HEAD}`, '5:1 expected one document; a second one starts here'],
    ['nothing', '# a comment\n', '0:0 expected one Router, got an empty value'],
    ['a list', '[]', '1:1 expected a map with apiVersion, kind, metadata and spec, got a list [0 entries]'],
    [
      'what grows',
      `apiVersion: hinge.testbed/v1alpha1
kind: Router
metadata: { name: r1, annotations: { note: "${'\\0'.repeat(200_000)}" } }`,
      '0:0 expected at most 1048576 bytes as JSON, which is what is kept of it, got 1200132 bytes',
    ],
    ['too much', `# ${'x'.repeat(2_000_000)}`, '0:0 expected at most 1048576 bytes, got 2000002 bytes'],
  ])('says what is wrong with %s', (_name, text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it('says that the name differs along with what else is wrong', () => {
    expect(problems(`${HEAD.replace('r1', 'r2')}asn: 1`)).toHaveLength(2);
  });

  it('reports all problems up to a bound', () => {
    const many = Array.from({ length: 30 }, (_, index) => `x${String(index)}: 1`).join(', ');
    const found = problems(spec(many));
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe('0:0 there are 10 more problems like these');
  });

  it('keeps a terminal safe from what a value holds', () => {
    expect(problems(spec('"\\u001b[2J\\u001b[2J": "\\u001b]0;x\\u0007"')).join('')).not.toContain('\u001b');
  });

  it('survives circular aliases', () => {
    expect(problems(spec('advertise: &a [*a]'))).toEqual([
      '4:23 spec.advertise[0]: expected an IPv4 prefix such as 10.199.34.0/24, got a list [1 entry]',
    ]);
  });
});

describe('texts made to exhaust the reader', () => {
  const laughs = Array.from(
    { length: 8 },
    (_, i) =>
      `l${String(i)}: &l${String(i)} [${
        i === 0
          ? 'x'
          : Array(10)
              .fill(`*l${String(i - 1)}`)
              .join(', ')
      }]`,
  );
  it.each([
    ['aliases of aliases', laughs.join('\n'), 'at most 100 nodes behind aliases'],
    ['flow nesting', '['.repeat(500_000), 'deeper than 64 levels'],
    ['block nesting', '- '.repeat(500_000), 'deeper than 64 levels'],
    ['key nesting', '? '.repeat(500_000), 'deeper than 64 levels'],
    [
      'very many keys',
      Array.from({ length: 90_000 }, (_, i) => `k${String(i)}: 1`).join('\n'),
      'more than 50000 tokens',
    ],
    ['very many errors', '[]'.repeat(500_000), 'more than 50000 tokens'],
  ])('%s', (_name, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });
});
