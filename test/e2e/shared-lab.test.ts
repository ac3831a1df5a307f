import { execa } from 'execa';
import { expect, it } from 'vitest';
import { sharedLab } from '../support/lab.ts';

it('runs on a Swarm of three engines that have the images', async () => {
  const lab = sharedLab();
  const { stdout } = await execa('docker', [
    '-H',
    `unix://${lab.node('node1').layout.socket}`,
    'node',
    'ls',
    '-q',
  ]);
  expect(stdout.split('\n')).toHaveLength(3);
});
