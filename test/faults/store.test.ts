import { afterEach, beforeAll, describe } from 'vitest';
import { useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';
import { clockSuite } from './store/clock.suite.ts';
import { fullSuite } from './store/full.suite.ts';
import { outageSuite } from './store/outage.suite.ts';

/** What is done to etcd and to operators, under one testbed that all of it must leave as it is: building it takes longer than most of these tests. */
describe('a testbed', () => {
  const testbed = useTestbed('/store');
  const bed = new ThreeRouters(testbed, 'store');

  beforeAll(async () => {
    await testbed.start('builder');
    await bed.put();
    await bed.whole();
    await testbed.endOperators();
  });

  // Whatever was broken, every session is up again, and everything is Ready and says so.
  afterEach(() => bed.whole());

  describe('with an etcd that is away', () => {
    outageSuite(bed);
  });
  describe('with an etcd that takes no more', () => {
    fullSuite(bed);
  });
  describe('with operators whose clocks are wrong', () => {
    clockSuite(bed);
  });
});
