import { describe, expect, it } from 'vitest';
import { usageError } from '../../../src/cli/exit.ts';
import { kindOf, kindsOf, refName, refsOf } from '../../../src/cli/kinds.ts';
import { parseSelector } from '../../../src/cli/selector.ts';

describe('kindOf', () => {
  it.each([
    ['rt', 'Router'],
    ['router', 'Router'],
    ['Routers', 'Router'],
    ['pa', 'Path'],
    ['paths', 'Path'],
    ['ex', 'Experiment'],
    ['EXPERIMENT', 'Experiment'],
  ])('%s is %s', (word, kind) => {
    expect(kindOf(word)).toBe(kind);
  });

  it.each([
    [
      'rooter',
      'unknown kind "rooter"; did you mean router? expected routers (rt), paths (pa), experiments (ex)',
    ],
    ['service', 'unknown kind "service"; expected routers (rt), paths (pa), experiments (ex)'],
  ])('says what it knows instead of %s', (word, message) => {
    expect(() => kindOf(word)).toThrow(usageError(message));
  });
});

describe('kindsOf', () => {
  it('takes several, each once', () => {
    expect(kindsOf('rt,pa,router')).toEqual(['Router', 'Path']);
    expect(kindsOf('all')).toEqual(['Router', 'Path', 'Experiment']);
  });
});

describe('refsOf', () => {
  it('takes both forms', () => {
    expect(refsOf(['rt', 'a', 'b', 'a']).map(refName)).toEqual(['router/a', 'router/b']);
    expect(refsOf(['rt/a', 'ex/b']).map(refName)).toEqual(['router/a', 'experiment/b']);
  });

  it.each([
    [['rt'], 'expected a name after rt, such as rt NAME or rt/NAME'],
    [['rt/a', 'b'], 'expected KIND/NAME such as router/vyos-57, got "b"'],
    [['rt/a/b'], 'expected KIND/NAME such as router/vyos-57, got "rt/a/b"'],
    [['rt/'], 'expected KIND/NAME such as router/vyos-57, got "rt/"'],
  ])('refuses %j', (words, message) => {
    expect(() => refsOf(words)).toThrow(usageError(message));
  });
});

describe('parseSelector', () => {
  const labels = { site: 'tokyo', rack: '7' };
  it.each([
    ['', true],
    ['site=tokyo', true],
    ['site==tokyo,rack=7', true],
    ['site=tokyo,rack=8', false],
    ['site!=osaka', true],
    ['other!=x', true],
    ['site', true],
    ['!site', false],
    ['!other', true],
    ['site in (osaka,tokyo), rack', true],
    ['site notin (osaka, tokyo)', false],
    ['other notin (x)', true],
    ['other in (x)', false],
    ['constructor', false],
  ])('%s: %s', (selector, holds) => {
    expect(parseSelector(selector)(labels)).toBe(holds);
  });

  it('holds for an object without labels when nothing is asked of them', () => {
    expect(parseSelector('!site')(undefined)).toBe(true);
    expect(parseSelector('site=tokyo')(undefined)).toBe(false);
  });

  it('says what it expects', () => {
    expect(() => parseSelector('a=b=c')).toThrow('expected requirements such as site=tokyo');
  });
});
