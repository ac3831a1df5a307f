import { sharedLab } from '../support/lab.ts';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DockerFleet, FleetSettings } from '../../src/adapters/docker/fleet.ts';
import type { ObservedContainer } from '../../src/core/diff/observed.ts';
import type { EngineHint } from '../../src/ports/node-engine.ts';
import { TestAuthority } from '../support/certificates.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';
import { SshServer } from './ssh-server.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** All kinds of calls (plain, long, upgraded) to a real engine that is reached over TLS or ssh. */
describe('on real engines, an engine elsewhere', () => {
  const lab = sharedLab();
  let scene: Scene;
  let host: ObservedContainer;
  let helper: string;
  beforeAll(async () => {
    scene = new Scene(lab, 7);
    host = await scene.host('a', 'node1');
    helper = await scene.node('node1').ensureHelper(HELPER_IMAGE);
  });
  afterAll(() => scene.clear());

  async function expectAllCallsWork(fleet: DockerFleet): Promise<void> {
    const node = fleet.engines.get('node1');
    const hints: EngineHint[] = [];
    fleet.onHint((hint) => hints.push(hint));
    await expect.poll(() => hints, { timeout: 10_000 }).toContainEqual({ node: 'node1', about: 'all' });
    expect((await fleet.swarm.list()).services).toHaveLength(1);
    expect((await node?.list())?.containers.map(({ id }) => id)).toContain(host.id);
    const hostname = {
      containerId: host.id,
      namespaces: 'all',
      argv: ['hostname'],
      timeoutMs: 10_000,
    } as const;
    await expect(node?.run(hostname)).resolves.toMatchObject({ stdout: 'a\n', exitCode: 0 });
    const network = await fleet.swarm.createNetwork(scene.testbed.network(0));
    await scene.node('node1').disconnect(helper, network);
    await node?.connect(helper, network);
    await expect.poll(() => hints).toContainEqual({ node: 'node1', about: 'containers' });
  }

  function open(url: string, settings: Partial<FleetSettings>): DockerFleet {
    const fleet = scene.openFleet({ nodes: `node1=${url}`, ...settings });
    onTestFinished(() => fleet.close());
    return fleet;
  }

  it('over TLS', async () => {
    const authority = await TestAuthority.create(await temporaryDirectory());
    const [server, client] = [await authority.issue('engine'), await authority.issue('hinge')];
    const read = (file: string): Promise<string> => readFile(file, 'utf8');
    const ca = await read(authority.certificate);
    const proxy = createServer(
      { ca, cert: await read(server.certificate), key: await read(server.key), requestCert: true },
      (socket) => {
        const engine = connect(lab.node('node1').socket);
        socket.pipe(engine).pipe(socket);
        for (const [one, other] of [[socket, engine] as const, [engine, socket] as const]) {
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
      },
    );
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const tls = { ca, cert: await read(client.certificate), key: await read(client.key) };
    await expectAllCallsWork(open(`tcp://127.0.0.1:${port}`, { tls }));
  });

  describe('over ssh', () => {
    let ssh: SshServer;
    beforeAll(async () => {
      ssh = await SshServer.start();
    });
    afterAll(() => ssh.close());

    it('everything works, few clients are started, and none is left', async () => {
      const url = `${ssh.url}${lab.node('node1').socket}`;
      const fleet = open(url, { ssh: ssh.client });
      await expectAllCallsWork(fleet);
      for (let i = 0; i < 10; i++) await fleet.engines.get('node1')?.list();
      const clients = await ssh.clients();
      expect(clients[0]).toContain(`docker --host unix://${lab.node('node1').socket} system dial-stdio`);
      // One each for the events and the agent, and the few calls that ran at once.
      expect(clients.length).toBeLessThanOrEqual(6);
      await fleet.close();
      await expect.poll(() => ssh.clients(), { timeout: 5000 }).toEqual([]);
    });

    it('says what the other side said', async () => {
      const refused = open(`${ssh.url}/nowhere.sock`, { ssh: ssh.client });
      const failure = await failureOf(refused.engines.get('node1')?.list() ?? Promise.resolve());
      expect(failure).toMatchObject({ kind: 'unreachable' });
      expect(failure.message).toMatch(/ssh: .*\/nowhere\.sock/s);
    });

    it('does not take a host for another', async () => {
      const unknown = [
        'ssh',
        '-F',
        '/dev/null',
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'UserKnownHostsFile=/dev/null',
      ];
      const fleet = open(ssh.url, { ssh: unknown });
      const failure = await failureOf(fleet.engines.get('node1')?.list() ?? Promise.resolve());
      expect(failure).toMatchObject({ kind: 'unreachable' });
      expect(failure.message).toContain('Host key verification failed');
    });

    it('says that there is no ssh client', async () => {
      const fleet = open(ssh.url, { ssh: ['/nowhere/ssh'] });
      const failure = await failureOf(fleet.engines.get('node1')?.list() ?? Promise.resolve());
      expect(failure).toMatchObject({ kind: 'unreachable' });
      expect(failure.message).toContain('/nowhere/ssh could not be started');
    });
  });
});
