import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { LabNode } from '../../deploy/lab/node.ts';
import type { WriteGate } from './write-gate.ts';

/** Running a command in a container (the helper's agent) changes nothing in Docker. */
const isWrite = ({ method, url }: IncomingMessage): boolean =>
  method !== 'GET' && method !== 'HEAD' && !/\/exec(\/|$)/.test(url ?? '');

/** A node's engine behind a gate, at a socket of its own. */
export class DockerGate {
  /** As an entry of HINGE_NODES. */
  readonly entry: string;
  readonly #directory: string;
  readonly #server: Server;

  private constructor(directory: string, entry: string, server: Server) {
    this.#directory = directory;
    this.entry = entry;
    this.#server = server;
  }

  static async start(node: LabNode, gate: WriteGate): Promise<DockerGate> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-gate-'));
    const socket = path.join(directory, 'docker.sock');
    const server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      const name = `${method} ${node.name} ${url}`;
      const passage = isWrite(request) ? gate.enter(name) : undefined;
      if (passage === undefined && isWrite(request)) {
        request.destroy();
        return;
      }
      const engine = httpRequest({ socketPath: node.socket, method, path: url, headers });
      engine.on('finish', () => passage?.forwarded());
      engine.on('response', (reply) => {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        response.flushHeaders();
        reply.pipe(response);
      });
      engine.on('error', () => response.destroy());
      response.on('finish', () => passage?.answered());
      response.on('close', () => engine.destroy());
      request.pipe(engine);
    });
    // Docker's way to a process: after one request the connection is its standard input and output.
    server.on('upgrade', ({ method, url, rawHeaders }, client: Socket, head: Buffer) => {
      const engine = connect(node.socket);
      const fields = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
      engine.write(`${method ?? ''} ${url ?? ''} HTTP/1.1\r\n${fields.join('')}\r\n`);
      engine.write(head);
      client.pipe(engine).pipe(client);
      client.on('error', () => engine.destroy());
      engine.on('error', () => client.destroy());
      client.on('close', () => engine.destroy());
    });
    server.listen(socket);
    await once(server, 'listening');
    return new DockerGate(directory, `${node.name}=unix://${socket}`, server);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
