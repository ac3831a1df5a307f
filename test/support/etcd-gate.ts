import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { WriteGate } from './write-gate.ts';

const { HTTP2_HEADER_PATH, NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM } = constants;

/** gRPC methods that change something; hinge sends reads as ranges only. */
const WRITES: ReadonlySet<string> = new Set([
  '/etcdserverpb.KV/Txn',
  '/etcdserverpb.Lease/LeaseGrant',
  '/etcdserverpb.Lease/LeaseRevoke',
]);

/** etcd behind a gate, at an endpoint of its own. */
export class EtcdGate {
  readonly endpoint: string;
  readonly #server: Http2Server;
  readonly #sessions: Set<ServerHttp2Session | ClientHttp2Session>;

  private constructor(
    endpoint: string,
    server: Http2Server,
    sessions: Set<ServerHttp2Session | ClientHttp2Session>,
  ) {
    this.endpoint = endpoint;
    this.#server = server;
    this.#sessions = sessions;
  }

  /** @param target URL of etcd, without TLS */
  static async start(target: string, gate: WriteGate): Promise<EtcdGate> {
    const sessions = new Set<ServerHttp2Session | ClientHttp2Session>();
    const server = createServer();
    server.on('session', (client) => {
      const etcd = connect(target);
      for (const [session, other] of [
        [client, etcd],
        [etcd, client],
      ] as const) {
        sessions.add(session);
        session.on('error', () => other.destroy());
        session.on('close', () => {
          sessions.delete(session);
          other.destroy();
        });
      }
      client.on('stream', (stream, headers) => pass(stream, headers, etcd, gate));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new EtcdGate(`http://127.0.0.1:${String(port)}`, server, sessions);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
  }
}

/** Hands on one call, with its answer and its trailers. */
function pass(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  etcd: ClientHttp2Session,
  gate: WriteGate,
): void {
  const method = headers[HTTP2_HEADER_PATH]?.toString() ?? '';
  const isWrite = WRITES.has(method);
  const passage = isWrite ? gate.enter(method) : undefined;
  if (isWrite && passage === undefined) {
    stream.close(NGHTTP2_CANCEL);
    return;
  }
  const call = etcd.request(headers, { endStream: false });
  let trailers: IncomingHttpHeaders = {};
  call.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    // An error without a message comes as headers only.
    if ((flags & NGHTTP2_FLAG_END_STREAM) !== 0) stream.respond(answer, { endStream: true });
    else {
      stream.respond(answer, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers(trailers);
      });
      call.pipe(stream);
    }
  });
  call.on('trailers', (given: IncomingHttpHeaders) => {
    trailers = given;
  });
  call.on('finish', () => passage?.forwarded());
  stream.on('finish', () => passage?.answered());
  call.on('error', () => stream.destroy());
  stream.on('error', () => call.destroy());
  stream.on('close', () => call.close(NGHTTP2_CANCEL));
  call.on('close', () => {
    if (!stream.closed && !stream.headersSent) stream.close(NGHTTP2_CANCEL);
  });
  stream.pipe(call);
}
