import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { madeFrom } from '../../src/core/diff/made-from.ts';
import type { ObservedContainer } from '../../src/core/diff/observed.ts';
import type { DesiredContainer } from '../../src/core/plan/desired.ts';
import type { ContainerFile } from '../../src/core/plan/container-form.ts';
import { MADE_FROM_LABEL, ROUTER_LABEL, SANDBOX_LABEL } from '../../src/core/plan/labels.ts';
import { eventually } from '../support/eventually.ts';
import { failureOf } from '../support/failure-of.ts';
import { sharedLab } from '../support/lab.ts';
import { Scene } from '../support/scene.ts';

/** A container in the namespaces of a task's container. */
describe('on real engines, a router in a sandbox', () => {
  const lab = sharedLab();
  let scene: Scene;
  let sandbox: ObservedContainer;
  let router: DesiredContainer;
  const node = () => scene.node('node2');
  const docker = () => lab.node('node2').docker;

  beforeAll(async () => {
    scene = new Scene(lab, 12);
    sandbox = await scene.host('sandbox', 'node2', { image: 'hinge/pause:1', command: [] });
    router = scene.testbed.router('x');
  });
  afterEach(async () => {
    for (const { id } of await routers()) await node().removeRouter(id);
  });
  afterAll(() => scene.clear());

  const routers = async (): Promise<readonly ObservedContainer[]> =>
    (await node().list()).containers.filter(({ labels }) => ROUTER_LABEL in labels);
  const running = async (): Promise<readonly boolean[]> => (await routers()).map((one) => one.running);

  it('is there once, with its limits, in the namespaces of the task', async () => {
    await node().createRouter(router, sandbox.id, []);
    await node().createRouter(router, sandbox.id, []);
    const [one, ...more] = await routers();
    expect(more).toEqual([]);
    expect(one).toMatchObject({ name: router.name, running: true, endpoints: [], image: router.image });
    expect(one?.labels[SANDBOX_LABEL]).toBe(sandbox.id);
    const { HostConfig, State } = await docker().getContainer(router.name).inspect();
    expect(HostConfig).toMatchObject({ NanoCpus: 5e8, Memory: 64 * 2 ** 20, Privileged: false });
    const own = await docker().getContainer(sandbox.id).inspect();
    const spaces = async (pid: number): Promise<string> => {
      const { stdout } = await lab
        .node('node2')
        .exec(['readlink', `/proc/${String(pid)}/ns/net`, `/proc/${String(pid)}/ns/pid`]);
      return stdout;
    };
    expect(await spaces(State.Pid)).toBe(await spaces(own.State.Pid));
  });

  it('is started when it was not, and removed once and for all', async () => {
    await node().createRouter(router, sandbox.id, []);
    await docker().getContainer(router.name).stop({ t: 0 });
    const [one] = await routers();
    expect(one?.running).toBe(false);
    await node().startRouter(one?.id ?? '');
    await node().startRouter(one?.id ?? '');
    expect(await running()).toEqual([true]);
    await node().removeRouter(one?.id ?? '');
    await node().removeRouter(one?.id ?? '');
    expect(await routers()).toEqual([]);
  });

  it('takes no name that another container has, and tells whose names there are', async () => {
    const other = await docker().createContainer({ name: router.name, Image: 'hinge/host:1' });
    try {
      expect((await node().list()).otherNames).toContain(router.name);
      expect((await failureOf(node().createRouter(router, sandbox.id, []))).kind).toBe('conflict');
    } finally {
      await other.remove({ force: true });
    }
  });

  it('says which image its node lacks', async () => {
    await expect(node().createRouter({ ...router, image: 'hinge/none:1' }, sandbox.id, [])).rejects.toThrow(
      /node2 lacks the image hinge\/none:1: load it there/,
    );
    expect(await routers()).toEqual([]);
  });

  it('finds its files when it starts, and keeps what it makes of them', async () => {
    const files: readonly ContainerFile[] = [
      { type: 'directory', path: '/etc/given', mode: 0o2775, group: 102 },
      { type: 'file', path: '/etc/given/one', mode: 0o660, group: 102, text: 'as given\n' },
      { type: 'link', path: '/etc/given/none', to: '/dev/null' },
    ];
    const command = [
      'sh',
      '-c',
      'stat -c "%A %U %g" /etc/given/* > /etc/seen; echo own > /etc/given/one; sleep 60',
    ];
    const given = { ...router, command, stopSignal: 'SIGKILL' };
    // Made by a call that was interrupted: created, and not started.
    const labels = { ...given.labels, [SANDBOX_LABEL]: sandbox.id, [MADE_FROM_LABEL]: madeFrom(given) };
    const HostConfig = { NetworkMode: `container:${sandbox.id}` };
    const half = { name: given.name, Image: given.image, Cmd: command, Labels: labels, HostConfig };
    await docker().createContainer(half);
    await node().createRouter(given, sandbox.id, files);
    const read = async (path: string): Promise<string> => {
      let text = '';
      for await (const chunk of await docker().getContainer(given.name).getArchive({ path }))
        text += String(chunk);
      return text;
    };
    const expected = ['-rw-rw---- root 102', 'lrwxrwxrwx root 0'];
    await eventually(async () => expect(await read('/etc/given/one')).toContain('own\n'), {
      timeoutMs: 10_000,
      message: 'it runs',
    });
    const seen = await read('/etc/seen');
    for (const line of expected) expect(seen).toContain(line);
    await docker().getContainer(given.name).stop({ t: 0 });
    await node().createRouter(given, sandbox.id, files);
    expect(await running()).toEqual([true]);
    expect(await read('/etc/given/one')).not.toContain('as given');
  });

  it('runs with all privileges, or says that its engine cannot give them', async () => {
    const privileged = { ...router, privileged: true };
    const failed = await node()
      .createRouter(privileged, sandbox.id, [])
      .then(
        () => undefined,
        (error: unknown) => error as Error,
      );
    const words =
      /starting container .*: .+; it runs with all privileges, which the engine of node2 .* keep this Router off node2 \(spec\.placement\)$/;
    expect(failed === undefined ? (await running())[0] : words.test(failed.message), failed?.message).toBe(
      true,
    );
  });

  it('ends with the task, and is not started without it', async () => {
    await node().createRouter(router, sandbox.id, []);
    const { State } = await docker().getContainer(sandbox.id).inspect();
    await lab.node('node2').exec(['kill', '-KILL', String(State.Pid)]);
    await eventually(async () => expect(await running()).toEqual([false]), {
      timeoutMs: 10_000,
      message: 'it has ended',
    });
    const [one] = await routers();
    // For a moment its engine is about to start it again itself, and says that there is nothing to do.
    const refused = async (): Promise<void> =>
      expect((await failureOf(node().startRouter(one?.id ?? ''))).kind).toBe('conflict');
    await eventually(refused, { timeoutMs: 10_000, message: 'it cannot be started' });
    expect(await running()).toEqual([false]);
  });
});
