import { sharedLab } from '../support/lab.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from '../support/scene.ts';

/** A config of a real Swarm. */
describe('on real engines, what the Swarm remembers of the store', () => {
  const lab = sharedLab();
  let scene: Scene;
  beforeAll(() => {
    scene = new Scene(lab, 8);
  });
  afterAll(async () => {
    await scene.fleet.swarm.forgetStore();
    await scene.clear();
  });
  const swarm = () => scene.fleet.swarm;
  const configs = async (): Promise<readonly string[]> => {
    const filters = { label: [`hinge.testbed/prefix=${scene.testbed.prefix}`] };
    const found = await lab.node('node1').docker.listConfigs({ filters });
    return found.map(({ ID }) => ID);
  };

  it('is nothing before it was told', async () => {
    expect(await swarm().recallStore()).toBeUndefined();
  });

  it('is what it was told last, in one config, however often that changes', async () => {
    await swarm().rememberStore({ uid: 'one', revision: 12n });
    const [id] = await configs();
    expect(await swarm().recallStore()).toEqual({ uid: 'one', revision: 12n });
    await swarm().rememberStore({ uid: 'two', revision: 9_007_199_254_740_993n });
    expect(await swarm().recallStore()).toEqual({ uid: 'two', revision: 9_007_199_254_740_993n });
    expect(await configs()).toEqual([id]);
  });

  it('is gone when it is to be forgotten, also twice', async () => {
    await swarm().forgetStore();
    await swarm().forgetStore();
    expect(await configs()).toEqual([]);
    expect(await swarm().recallStore()).toBeUndefined();
  });
});
