import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type ImageLab, useImageLab } from './image-lab.ts';

const CAPABILITIES = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'].map((name) => `--cap-add=${name}`);

const lab = useImageLab();

describe('a router in a sandbox', () => {
  const sh = (script: string): ReturnType<ImageLab['sh']> => lab.sh('inside', script);
  const ready = (): Promise<void> => lab.ready('inside');
  /** State, exit code and number of restarts of the router's container. */
  const state = (): Promise<string> =>
    lab.docker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}', 'inside');

  beforeEach(async () => {
    await lab.docker('run', '--detach', '--init', '--name', 'cell', 'hinge/pause:1');
    const joined = ['--network=container:cell', '--pid=container:cell', '--restart=always'];
    await lab.docker('run', '--detach', '--name', 'inside', ...joined, ...CAPABILITIES, 'hinge/router-frr:1');
    await ready();
    return async () => {
      await lab.docker('rm', '--force', 'inside', 'cell');
    };
  });

  it('comes back on the same addresses with what it was configured with', async () => {
    await sh(`vtysh -c 'configure terminal' -c 'router bgp 65001' -c end -c 'write memory'`);
    await sh('echo some-hash > /run/hinge/applied');
    const before = (await sh('ip -oneline link; ip -4 -oneline address show dev eth0')).text;
    await lab.sh('cell', 'pkill -KILL --oldest --full hinge-router');
    await eventually(async () => expect(await state()).toBe('running 0 1'), {
      timeoutMs: 10_000,
      message: 'the engine has started it again',
    });
    await ready();
    expect((await sh('cat /run/hinge/applied')).text.trim()).toBe('some-hash');
    expect((await sh(`vtysh -c 'show running-config'`)).text).toContain('router bgp 65001');
    expect((await sh('ip -oneline link; ip -4 -oneline address show dev eth0')).text).toBe(before);
    expect((await sh('pgrep --count bgpd')).text.trim()).toBe('1');
  });

  it('has no loopback address of the one before it', async () => {
    await sh('ip address add 10.9.9.9/32 dev lo');
    await lab.docker('rm', '--force', 'inside');
    const joined = ['--network=container:cell', '--pid=container:cell'];
    await lab.docker('run', '--detach', '--name', 'inside', ...joined, ...CAPABILITIES, 'hinge/router-frr:1');
    await ready();
    expect((await sh('ip -4 -oneline address show dev lo')).text).not.toContain('10.9.9.9');
  });

  it('is told to end before the sandbox does', async () => {
    const since = performance.now();
    await lab.docker('stop', '--time', '5', 'cell');
    expect(performance.now() - since).toBeLessThan(3_000);
    // 0: in good order; killed it would be 137. The engine then tries in vain to start it again.
    const over = async (): Promise<void> => expect(await state()).toMatch(/^exited 0 /);
    await eventually(over, { timeoutMs: 10_000, message: 'it has ended' });
  });

  it('is killed with the sandbox, and not started again', async () => {
    await lab.sh('cell', 'pkill -KILL --exact sleep; sleep 5');
    const over = async (): Promise<void> => expect(await state()).toMatch(/^exited /);
    await eventually(over, { timeoutMs: 10_000, message: 'it has ended' });
    await expect(lab.docker('start', 'inside')).rejects.toThrow(/non running container/);
  });
});
