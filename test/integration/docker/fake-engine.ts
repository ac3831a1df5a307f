import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Engine, type EngineOptions } from '../../../src/adapters/docker/engine.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers that no real engine gives when asked to: on a unix socket, until the end of the test. */
export async function fakeEngine(handler: Handler, options: EngineOptions = {}): Promise<Engine> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-docker-'));
  const socket = path.join(directory, 'docker.sock');
  const server = createServer(handler);
  server.listen(socket);
  await once(server, 'listening');
  const engine = new Engine(
    { node: 'node1', url: `unix://${socket}`, address: { scheme: 'unix', path: socket } },
    { timeoutMs: 300, ...options },
  );
  onTestFinished(async () => {
    engine.close();
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });
  return engine;
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
