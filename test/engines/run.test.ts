import { sharedLab } from '../support/lab.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ObservedContainer } from '../../src/core/diff/observed.ts';
import { PREFIX_LABEL } from '../../src/core/plan/labels.ts';
import type { CommandResult, NamespaceCommand } from '../../src/ports/node-engine.ts';
import { eventually } from '../support/eventually.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';

/** Commands in the namespaces of workloads, through the helper's agent. */
describe('on real engines, a command', () => {
  const lab = sharedLab();
  let scene: Scene;
  let host: ObservedContainer;

  beforeAll(async () => {
    scene = new Scene(lab, 4);
    host = await scene.host('a', 'node3');
  });
  beforeEach(() => scene.node('node3').ensureHelper(HELPER_IMAGE));
  afterAll(() => scene.clear());

  const run = (
    namespaces: NamespaceCommand['namespaces'],
    argv: readonly string[],
    more: Partial<NamespaceCommand> = {},
  ): Promise<CommandResult> =>
    scene.node('node3').run({ containerId: host.id, namespaces, argv, timeoutMs: 10_000, ...more });
  const docker = () => lab.node('node3').docker;
  const agents = async (): Promise<number> => {
    const { Processes } = (await docker().getContainer(scene.testbed.helper).top()) as {
      Processes: string[][];
    };
    return Processes.filter((columns) => columns.at(-1)?.includes('hinge-agent')).length;
  };

  it('runs the helper’s programs in the network of a container', async () => {
    const [{ endpoints }] = [host];
    const { stdout, exitCode } = await run('net', ['ip', '-br', '-4', 'address']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(endpoints[0]?.address);
    expect((await run('net', ['hostname'])).stdout.trim()).toBe(scene.testbed.helper);
  });

  it('runs a container’s own programs in all of its namespaces', async () => {
    expect((await run('all', ['hostname'])).stdout.trim()).toBe('a');
    expect((await run('all', ['cat', '/etc/hostname'])).stdout.trim()).toBe('a');
    expect((await run('all', ['cat', '/proc/1/comm'])).stdout.trim()).toBe('docker-init');
  });

  it.each([
    [
      'a failure',
      ['sh', '-c', 'echo out; echo err >&2; exit 7'],
      { exitCode: 7, stdout: 'out\n', stderr: 'err\n' },
    ],
    ['a signal', ['sh', '-c', 'kill -9 $$'], { exitCode: 137, stdout: '' }],
    ['a program that is not there', ['no-such-program'], { exitCode: 127 }],
  ])('gives %s as a result', async (_, argv, result) => {
    expect(await run('net', argv)).toMatchObject(result);
    expect(await run('all', argv)).toMatchObject(result);
  });

  it('passes standard input, and many lines of output', async () => {
    const stdin = Array.from({ length: 20_000 }, (_, i) => `line ${i} é`).join('\n');
    expect((await run('all', ['cat'], { stdin })).stdout).toBe(stdin);
  });

  it('ends a command when its time is up', async () => {
    const failure = await failureOf(run('net', ['sleep', '60'], { timeoutMs: 200 }));
    expect(failure).toMatchObject({ kind: 'timeout' });
    expect(failure.message).toContain('running sleep in container');
  });

  it('never gives half an answer', async () => {
    const failure = await failureOf(run('net', ['sh', '-c', 'yes | head -c 9000000']));
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('more output than 8388608 bytes');
  });

  it('runs many at once through one agent', async () => {
    const results = await Promise.all(Array.from({ length: 60 }, (_, i) => run('net', ['echo', String(i)])));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(await agents()).toBe(1);
  });

  it('fails what was under way when the helper is killed, and goes on with the next one', async () => {
    const underWay = failureOf(run('net', ['sleep', '60'], { timeoutMs: 60_000 }));
    await expect.poll(agents).toBe(1);
    await run('net', ['true']);
    await docker().getContainer(scene.testbed.helper).kill();
    const failure = await underWay;
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure.message).toContain('the agent ended');
    const meanwhile = await failureOf(run('net', ['true']));
    expect(meanwhile).toMatchObject({ kind: 'conflict' });
    expect(meanwhile.message).toContain('does not run');
    await scene.node('node3').ensureHelper(HELPER_IMAGE);
    await expect(run('net', ['echo', 'again'])).resolves.toMatchObject({ stdout: 'again\n' });
  });

  it('notices that the agent alone was killed', async () => {
    const underWay = failureOf(run('net', ['sleep', '60'], { timeoutMs: 60_000 }));
    await run('net', ['true']);
    const { Processes } = (await docker().getContainer(scene.testbed.helper).top()) as {
      Processes: string[][];
    };
    const agent = Processes.find((columns) => columns.at(-1)?.includes('hinge-agent'))?.[1] ?? '';
    await lab.node('node3').exec(['kill', '-9', agent]);
    await expect(underWay).resolves.toMatchObject({ kind: 'unreachable' });
    await expect(run('net', ['echo', 'again'])).resolves.toMatchObject({ stdout: 'again\n' });
  });

  it('needs no second try after the helper was restarted', async () => {
    await run('net', ['true']);
    await docker().getContainer(scene.testbed.helper).restart({ t: 0 });
    await eventually(() => run('net', ['true']), {
      timeoutMs: 3000,
      message: 'the new helper runs commands',
    });
  });

  it('says that there is no helper', async () => {
    await scene.node('node3').removeHelper();
    const failure = async (): Promise<string> => (await failureOf(run('net', ['true']))).message;
    // What was sent to the old one may have run.
    await expect.poll(failure).toContain(`No such container: ${scene.testbed.helper}`);
  });

  it('says what is wrong with a helper without an agent', async () => {
    await scene.node('node3').removeHelper();
    await scene.node('node3').ensureHelper('hinge/host:1');
    onTestFinished(() => scene.node('node3').removeHelper());
    const failure = await failureOf(run('net', ['true']));
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('hinge-agent');
  });

  it('notices that a container has another process, or none, or is gone', async () => {
    const plain = await docker().createContainer({
      Image: 'hinge/host:1',
      Cmd: ['sleep', 'infinity'],
      Labels: { [PREFIX_LABEL]: scene.testbed.prefix },
      HostConfig: { NetworkMode: 'none' },
    });
    onTestFinished(() => plain.remove({ force: true }).catch(() => undefined));
    const hostname = (): Promise<CommandResult> => run('all', ['hostname'], { containerId: plain.id });
    const name = { stdout: `${plain.id.slice(0, 12)}\n` };
    await plain.start();
    await expect(hostname()).resolves.toMatchObject(name);
    await plain.restart({ t: 0 });
    await expect(hostname()).resolves.toMatchObject(name);
    await plain.stop({ t: 0 });
    const stopped = await failureOf(hostname());
    expect(stopped).toMatchObject({ kind: 'conflict' });
    expect(stopped.message).toContain('does not run (exited)');
    await plain.remove();
    await expect(failureOf(hostname())).resolves.toMatchObject({ kind: 'not-found' });
  });

  it('refuses to work in the namespaces of the node itself', async () => {
    const onNode = await docker().createContainer({
      Image: 'hinge/host:1',
      Cmd: ['sleep', 'infinity'],
      HostConfig: { NetworkMode: 'host' },
    });
    onTestFinished(() => onNode.remove({ force: true }));
    await onNode.start();
    const failure = await failureOf(run('net', ['ip', 'link'], { containerId: onNode.id }));
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('host-namespace');
  });

  it('leaves no agent behind when it is closed', async () => {
    const fleet = scene.openFleet();
    const before = await agents();
    const engine = fleet.engines.get('node3');
    await engine?.run({ containerId: host.id, namespaces: 'net', argv: ['true'], timeoutMs: 5000 });
    expect(await agents()).toBe(before + 1);
    const underWay = engine?.run({
      containerId: host.id,
      namespaces: 'net',
      argv: ['sleep', '60'],
      timeoutMs: 60_000,
    });
    const failure = failureOf(underWay ?? Promise.resolve());
    await fleet.close();
    await expect(failure).resolves.toMatchObject({ kind: 'unreachable' });
    await expect.poll(agents, { timeout: 5000 }).toBe(before);
  });
});
