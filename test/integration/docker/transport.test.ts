import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openClient, type TlsFiles } from '../../../src/adapters/docker/client.ts';
import { parseEndpoints } from '../../../src/adapters/docker/endpoint.ts';
import { Engine, type EngineOptions } from '../../../src/adapters/docker/engine.ts';
import { infoReply } from '../../../src/adapters/docker/replies.ts';
import { type KeyPair, TestAuthority } from '../../support/certificates.ts';
import { failureOf } from '../../support/failure-of.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const infoAnswer = { Name: 'node1' };

function engineAt(url: string, options: EngineOptions): Engine {
  const [endpoint] = parseEndpoints(`node1=${url}`);
  if (endpoint === undefined) throw new Error('no endpoint');
  const engine = new Engine(endpoint, options);
  onTestFinished(() => engine.close());
  return engine;
}

const ask = (engine: Engine): Promise<unknown> =>
  engine.call({
    name: 'info',
    doing: 'asking',
    reply: infoReply,
    send: (docker, abortSignal) => docker.info({ abortSignal }),
  });

async function contents({ certificate, key }: KeyPair, ca: string): Promise<TlsFiles> {
  const [caText, cert, keyText] = await Promise.all(
    [ca, certificate, key].map((file) => readFile(file, 'utf8')),
  );
  return { ca: caText ?? '', cert: cert ?? '', key: keyText ?? '' };
}

describe('tcp:// with TLS', () => {
  /** Speaks TLS as an engine with --tlsverify does: whoever has no certificate of its authority is not let in. */
  async function tlsEngine(authority: TestAuthority): Promise<string> {
    const { ca, cert, key } = await contents(await authority.issue('engine'), authority.certificate);
    const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
    const server = createServer(options, (_, response) => response.end(JSON.stringify(infoAnswer)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('shows its certificate and checks the other', async () => {
    const authority = await TestAuthority.create(await temporaryDirectory());
    const tls = await contents(await authority.issue('hinge'), authority.certificate);
    const engine = engineAt(await tlsEngine(authority), { tls });
    await expect(ask(engine)).resolves.toEqual(infoAnswer);
  });

  it('refuses an engine of another authority', async () => {
    const [ours, theirs] = [await temporaryDirectory(), await temporaryDirectory()];
    const authority = await TestAuthority.create(ours);
    const tls = await contents(await authority.issue('hinge'), authority.certificate);
    const engine = engineAt(await tlsEngine(await TestAuthority.create(theirs)), { tls });
    const failure = await failureOf(ask(engine));
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure.message).toMatch(/self-signed certificate|certificate signature failure|unable to verify/);
  });

  it('is refused by an engine that knows another authority', async () => {
    const [ours, theirs] = [await temporaryDirectory(), await temporaryDirectory()];
    const [stranger, authority] = [await TestAuthority.create(ours), await TestAuthority.create(theirs)];
    const tls = await contents(await stranger.issue('hinge'), authority.certificate);
    await expect(failureOf(ask(engineAt(await tlsEngine(authority), { tls })))).resolves.toMatchObject({
      kind: 'unreachable',
    });
  });
});

describe('tcp:// without TLS', () => {
  const [endpoint] = parseEndpoints('node1=tcp://192.0.2.1:2375');
  if (endpoint === undefined) throw new Error('no endpoint');

  it('is refused, saying what to do', () => {
    expect(() => openClient(endpoint)).toThrow(/node1: tcp:\/\/192\.0\.2\.1:2375 needs TLS: set the files/);
  });
});
