import { describe, expect, it } from 'vitest';
import {
  type ImageNode,
  imageVerdict,
  type PullState,
  type Sight,
} from '../../../../src/core/diff/image-presence.ts';

const node = (name: string, sight: Sight, pull?: PullState): ImageNode => ({ node: name, sight, pull });
const pulling: PullState = { type: 'pulling', progress: '1 of 4 MB' };
const pulled: PullState = { type: 'pulled' };
const failed: PullState = { type: 'failed', words: 'manifest unknown' };

type Policy = 'IfNotPresent' | 'Always' | 'Never';

/** A container that Swarm is to place. */
const NEW = { fresh: true, placed: false };

describe('whether a container of an image may be made', () => {
  it.each<[string, Policy, readonly ImageNode[], readonly string[], string | undefined]>([
    ['every node has it', 'IfNotPresent', [node('a', 'present'), node('b', 'present')], [], undefined],
    ['no node may have it', 'Never', [], [], undefined],
    ['no node has it, and none may pull it', 'Never', [node('a', 'absent')], [], 'ImageMissing'],
    [
      'one of two has it, and none may pull it',
      'Never',
      [node('a', 'absent'), node('b', 'present')],
      [],
      undefined,
    ],
    [
      'one lacks it, the other cannot be read',
      'Never',
      [node('a', 'absent'), node('b', 'unknown')],
      [],
      undefined,
    ],
    ['no node has it', 'IfNotPresent', [node('a', 'absent'), node('b', 'absent')], ['a', 'b'], 'Pulling'],
    ['one lacks it', 'IfNotPresent', [node('a', 'absent'), node('b', 'present')], ['a'], 'Pulling'],
    ['it is on its way', 'IfNotPresent', [node('a', 'absent', pulling)], [], 'Pulling'],
    ['it cannot be had', 'IfNotPresent', [node('a', 'absent', failed)], [], 'ImageMissing'],
    [
      'one has it, the other cannot have it',
      'IfNotPresent',
      [node('a', 'absent', failed), node('b', 'present')],
      [],
      undefined,
    ],
    ['it went again', 'IfNotPresent', [node('a', 'absent', pulled)], [], 'ImageMissing'],
    ['the newest is wanted', 'Always', [node('a', 'present'), node('b', 'absent')], ['a', 'b'], 'Pulling'],
    ['the newest is there', 'Always', [node('a', 'present', pulled)], [], undefined],
    [
      'the newest is on one node',
      'Always',
      [node('a', 'present', pulled), node('b', 'present', failed)],
      [],
      undefined,
    ],
    ['the newest cannot be had', 'Always', [node('a', 'present', failed)], [], 'PullFailed'],
    ['the newest cannot be had, nor any', 'Always', [node('a', 'absent', failed)], [], 'ImageMissing'],
    ['nothing can be asked', 'Always', [node('a', 'unknown')], [], undefined],
  ])('%s (%s)', (_, policy, nodes, pull, reason) => {
    const verdict = imageVerdict('x/y:1', { policy }, nodes, NEW);
    expect(verdict.pull).toEqual(pull);
    expect(verdict.wait?.reason).toBe(reason);
  });

  it('asks no registry for a container that Swarm starts again', () => {
    expect(
      imageVerdict('x/y:1', { policy: 'Always' }, [node('a', 'present')], { ...NEW, fresh: false }),
    ).toEqual({ pull: [] });
  });

  it('says where it is missing, what was tried, and what to do', () => {
    const nodes = [node('a', 'absent', failed), node('b', 'absent', failed)];
    const { wait } = imageVerdict('x/y:1', { policy: 'IfNotPresent' }, nodes, NEW);
    expect(wait?.message).toBe(
      'no node that it may run on has the image x/y:1 (a, b), so nothing is started; pulling it failed (a, b: manifest unknown). ' +
        'Bring it there: hinge image import FILE --tag x/y:1, or on each node docker load or docker pull x/y:1',
    );
    expect(imageVerdict('x/y:1', { policy: 'Never' }, nodes, NEW).wait?.message).toContain(
      'imagePullPolicy: Never',
    );
  });

  it('says how far each node is', () => {
    const { wait } = imageVerdict('x/y:1', { policy: 'IfNotPresent' }, [node('a', 'absent', pulling)], NEW);
    expect(wait?.message).toBe('the image x/y:1 is being pulled (a: 1 of 4 MB)');
  });
});
