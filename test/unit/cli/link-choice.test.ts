import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/cli/exit.ts';
import { linkOf } from '../../../src/cli/link-choice.ts';
import { lookedAt } from './look.ts';

const desired = lookedAt();

describe('the link that hinge capture listens on', () => {
  it.each([
    ['middle', 'west', 'link/middle--west', '10.1.1.3'],
    ['west', 'middle', 'link/middle--west', '10.1.1.2'],
    ['middle', 'link/middle--west', 'link/middle--west', '10.1.1.3'],
    ['middle', 'east--middle', 'link/east--middle', '10.1.2.2'],
    ['west', 'look/a', 'access/look/a', '10.1.10.2'],
    ['west', 'a', 'access/look/a', '10.1.10.2'],
    ['west', 'access/look/a', 'access/look/a', '10.1.10.2'],
  ])('of %s named %s is %s', (router, word, key, address) => {
    expect(linkOf(desired, router, word)).toMatchObject({ network: { key }, address });
  });

  it('may be named as Docker has it', () => {
    const name = desired.networks.get('link/middle--west')?.name ?? '';
    expect(linkOf(desired, 'west', name).network.key).toBe('link/middle--west');
  });

  it('that is none of the router is refused with those that are', () => {
    const refused = (): unknown => linkOf(desired, 'middle', 'b');
    expect(refused).toThrow(CliError);
    expect(refused).toThrow(
      'Router "middle" has no link "b"; it has:\n  east (link/east--middle)\n  west (link/middle--west)',
    );
  });
});
