import { afterAll, beforeAll, describe } from 'vitest';
import type { Lab } from '../../../deploy/lab/lab.ts';
import { faultsSuite } from './faults.suite.ts';
import { helperSuite } from './helper.suite.ts';
import { plugSuite } from './plug.suite.ts';
import { removalSuite } from './removal.suite.ts';
import { runSuite } from './run.suite.ts';
import { openLab } from './scene.ts';
import { storeMemorySuite } from './store-memory.suite.ts';
import { swarmSuite } from './swarm.suite.ts';
import { transportSuite } from './transport.suite.ts';

/** All that needs real engines shares one lab, which takes longer to bring up than most of these tests take. */
describe('on real engines', () => {
  let opened: Awaited<ReturnType<typeof openLab>>;
  beforeAll(async () => {
    opened = await openLab();
  }, 240_000);
  afterAll(() => opened.release(), 120_000);
  const lab = (): Lab => opened.lab;

  describe('a plug', () => {
    plugSuite(lab);
  });
  describe('the helper', () => {
    helperSuite(lab);
  });
  describe('a command', () => {
    runSuite(lab);
  });
  describe('the Swarm', () => {
    swarmSuite(lab);
  });
  describe('what the Swarm remembers of the store', () => {
    storeMemorySuite(lab);
  });
  describe('removing a link', () => {
    removalSuite(lab);
  });
  describe('an engine elsewhere', () => {
    transportSuite(lab);
  });
  describe('faults', () => {
    faultsSuite(lab);
  });
});
