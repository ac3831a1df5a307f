import { rootCertificates } from 'node:tls';
import { Etcd3, type IOptions } from 'etcd3';
import { StoreError } from '../../core/failure.ts';

/** How etcd is reached. */
export interface EtcdOptions {
  /** `host`, `host:port` or `http(s)://host:port`, one per member. The first is used until it fails. */
  readonly endpoints: readonly string[];
  /** PEM texts, not paths. Without `ca` the public authorities are trusted. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly auth?: { readonly username: string; readonly password: string };
  /** Bound of every call in milliseconds, tries on other endpoints included. Default 5,000. */
  readonly timeoutMs?: number;
  /** A watch that heard nothing for so many milliseconds, though it asked, is taken for dead. Default 8,000. */
  readonly silenceMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 5_000;
export const DEFAULT_SILENCE_MS = 8_000;

const ADDRESS = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[^\s:/[\]]+)(?::(\d{1,5}))?\/?$/i;

type FaultHandling = NonNullable<IOptions['faultHandling']>;
type Policy = NonNullable<FaultHandling['global']>;

/**
 * In place of etcd3's circuit breaker and its three blind retries: which endpoint is tried when, and what may
 * be sent twice, is decided in client.ts alone.
 */
const once = {
  execute: async (call, signal) => await call({ signal: signal ?? new AbortController().signal }),
  onSuccess: () => ({ dispose: () => undefined }),
  onFailure: () => ({ dispose: () => undefined }),
} as Partial<Policy> as Policy;

const grpcOptions: NonNullable<IOptions['grpcOptions']> = {
  // A page of large objects exceeds gRPC's 4 MiB; its size is bounded by etcd's own limit on a value.
  'grpc.max_receive_message_length': -1,
  // etcd takes more than one ping in 5 s (--grpc-keepalive-min-time) for abuse. A dead connection ends after 9 s.
  'grpc.keepalive_time_ms': 6_000,
  'grpc.keepalive_timeout_ms': 3_000,
  // Meanwhile calls fail at once; the default of up to two minutes would outlast the outage.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.service_config_disable_resolution': 1,
  // The environment's proxy is for downloads; etcd is reached directly.
  'grpc.enable_http_proxy': 0,
};

/** One member of etcd. */
export interface Address {
  /** For people. */
  readonly name: string;
  /**
   * A client of etcd3 for this member alone. It connects, and asks for a token, at its first call.
   * @throws StoreError 'invalid' for a certificate that cannot be used.
   */
  readonly connect: () => Etcd3;
}

/** @throws StoreError 'invalid' for what is no endpoint. */
export function addressOf(
  endpoint: string,
  { tls, auth, timeoutMs = DEFAULT_TIMEOUT_MS }: EtcdOptions,
): Address {
  const [, scheme = '', host, port = '2379'] = ADDRESS.exec(endpoint.trim()) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new StoreError(
      'invalid',
      `"${endpoint}" is no etcd endpoint; expected host:port or https://host:port`,
    );
  }
  const plain = scheme.toLowerCase() === 'http';
  if (tls !== undefined && plain) {
    throw new StoreError(
      'invalid',
      `TLS is configured, but "${endpoint}" asks for a plain connection; use https://`,
    );
  }
  const secure = tls !== undefined || scheme.toLowerCase() === 'https';
  const name = `${host}:${port}`;
  const settings: IOptions = {
    hosts: `${secure ? 'https' : 'http'}://${name}`,
    ...(tls && { credentials: credentialsOf(tls) }),
    ...(auth && { auth: { ...auth, callOptions: () => ({ deadline: grpcDeadline(timeoutMs) }) } }),
    grpcOptions,
    faultHandling: { host: () => once, global: once },
  };
  const connect = (): Etcd3 => {
    try {
      return new Etcd3(settings);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError('invalid', `etcd at ${name} cannot be used as configured: ${why}`, { cause });
    }
  };
  return { name, connect };
}

function credentialsOf({
  ca,
  cert,
  key,
}: NonNullable<EtcdOptions['tls']>): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: Buffer.from(ca ?? rootCertificates.join('\n')),
    ...(cert !== undefined && { certChain: Buffer.from(cert) }),
    ...(key !== undefined && { privateKey: Buffer.from(key) }),
  };
}

/** gRPC takes a time of day and turns it into a duration at once, so that a clock set later has no effect. */
export function grpcDeadline(ms: number): number {
  return Date.now() + ms;
}
