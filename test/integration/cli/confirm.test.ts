import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../../src/api/object.ts';
import { router, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();

const ref = (name: string): ObjectRef => ({ kind: 'Router', name });

/** Routers that are accepted, and of which only `there` has its key. */
async function accepted(
  records: Readonly<Record<string, object>>,
  there: readonly string[] = [],
): Promise<Scene> {
  const scene = new Scene(etcd());
  for (const [name, more] of Object.entries(records)) {
    await scene.put(scene.keys.acceptedOf(ref(name)), { generation: 1, object: router(name), ...more });
  }
  for (const name of there) await scene.put(scene.keys.desiredOf(ref(name)), router(name));
  return scene;
}

const HELD = { a: { created: 7, deletion: 'held' }, b: { created: 8, deletion: 'held' } };

describe('hinge confirm', () => {
  it('has nothing to do when nothing is held', async () => {
    const scene = await accepted({ a: { created: 7 }, gone: { created: 5, deletion: 'passed' } }, ['a']);
    const { code, stdout, stderr } = await scene.hinge('confirm');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing waits for a confirmation',
    });
  });

  it('shows what is held, and confirms nothing that nobody has said', async () => {
    const scene = await accepted(HELD);
    const { code, stderr } = await scene.hinge('confirm');
    expect(code).toBe(1);
    expect(stderr).toMatch(/still running:\n {2}router\/a\n {2}router\/b\n/);
    expect(stderr).toContain(
      'nothing was confirmed, since nobody can be asked here: add --yes, or name the objects',
    );
    expect(await scene.list(scene.keys.confirmations)).toEqual([]);
  });

  it('confirms everything with --yes, each object by the key that it had', async () => {
    const scene = await accepted({ ...HELD, 'not-seen-yet': { created: 9 } });
    const { code, stdout } = await scene.hinge('confirm', '--yes');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'router/a confirmed\nrouter/b confirmed\nrouter/not-seen-yet confirmed',
    });
    expect(await scene.value(scene.keys.confirmationOf(ref('b')))).toBe('{"created":8}');
  });

  it('confirms those that are named, without a question', async () => {
    const scene = await accepted(HELD);
    expect((await scene.hinge('confirm', 'rt/b')).code).toBe(0);
    expect(await scene.list(scene.keys.confirmations)).toEqual(['routers/b']);
  });

  it('refuses names of what is not held', async () => {
    const scene = await accepted({ ...HELD, c: { created: 9 } }, ['c']);
    const { code, stderr } = await scene.hinge('confirm', 'rt', 'a', 'c');
    expect(code).toBe(1);
    expect(stderr).toContain('the removal of Router/c is not held; nothing was confirmed');
    expect(await scene.list(scene.keys.confirmations)).toEqual([]);
  });

  it('says why the operator is frozen, and names that in what it writes', async () => {
    const scene = await accepted(HELD);
    const frozen = { id: 'x1', reason: 'StoreWiped', message: 'Why, and what next', since: 'noon' };
    await scene.put(scene.keys.frozen, frozen);
    const asked = await scene.hinge('confirm');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('The operator is frozen since noon (StoreWiped):\nWhy, and what next\n');
    expect((await scene.hinge('confirm', 'rt/a')).stderr).toContain('first "hinge confirm" without names');
    expect(await scene.list(scene.keys.confirmations)).toEqual([]);
    expect((await scene.hinge('confirm', '-y')).code).toBe(0);
    expect(await scene.value(scene.keys.adoption)).toBe('{"id":"x1"}');
    expect((await scene.hinge('get', 'all')).stderr).toContain('warning: the operator is frozen since noon');
  });
});

describe('an object whose removal is held', () => {
  it('is shown as that', async () => {
    const scene = await accepted(HELD);
    expect((await scene.hinge('get', 'rt')).stdout).toMatch(/^a .*DeletionHeld/m);
    expect((await scene.hinge('describe', 'rt/a')).stdout).toContain(
      `${scene.keys.desiredOf(ref('a'))} (deleted; the removal is held, see hinge confirm)`,
    );
  });
});

describe('hinge delete', () => {
  it('confirms each deletion in the same transaction', async () => {
    const scene = await accepted({ a: { created: 7 } }, ['a', 'b']);
    const before = await scene.revision();
    expect((await scene.hinge('delete', 'rt', '--all')).code).toBe(0);
    expect(await scene.revision()).toBe(before + 1);
    expect(await scene.list(scene.keys.desired)).toEqual([]);
    expect(await scene.list(scene.keys.confirmations)).toEqual(['routers/a', 'routers/b']);
    expect(await scene.value(scene.keys.confirmationOf(ref('b')))).toBe(JSON.stringify({ created: before }));
  });
});
