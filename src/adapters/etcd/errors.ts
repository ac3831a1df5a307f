import {
  castGrpcError,
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCFailedPreconditionError,
  GRPCInvalidArgumentError,
  GRPCNotFoundError,
  GRPCNotImplementedError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnauthenticatedError,
} from 'etcd3';
import { StoreError, type StoreFailure } from '../../core/failure.ts';
import { BoundPassed } from './bounded.ts';

type Class = abstract new (...args: never[]) => Error;

/**
 * etcd3 makes one class per gRPC status code, and drops the code. What is not listed (14 unavailable, 1
 * cancelled, 2 unknown, 13 internal, 10 aborted, 15 data loss) passes by itself or with another endpoint.
 */
const KIND_OF_CLASS: readonly (readonly [Class, StoreFailure])[] = [
  [BoundPassed, 'timeout'],
  [GRPCDeadlineExceededError, 'timeout'],
  [EtcdAuthenticationFailedError, 'denied'],
  [EtcdInvalidAuthTokenError, 'denied'],
  [EtcdPermissionDeniedError, 'denied'],
  [GRPCUnauthenticatedError, 'denied'],
  // Code 9: a password is given, but etcd has authentication off.
  [GRPCFailedPreconditionError, 'denied'],
  [EtcdLeaseInvalidError, 'invalid'],
  [GRPCNotFoundError, 'invalid'],
  [GRPCOutOfRangeError, 'invalid'],
  [GRPCNotImplementedError, 'invalid'],
  [GRPCInvalidArgumentError, 'invalid'],
  // Code 8: a message limit of gRPC on either side, unless the table below knows better.
  [GRPCResourceExhastedError, 'too-large'],
];

const OLD_REVISION = 'etcdserver: revision of auth store is old';

/**
 * Codes 3 and 8 stand for several fates each, and etcd sends nothing else to tell them apart but these
 * descriptions. They are its interface: its own Go client maps them back to errors in the same way
 * (api/v3rpc/rpctypes/error.go).
 */
const KIND_OF_DESCRIPTION: readonly (readonly [string, StoreFailure])[] = [
  ['etcdserver: request is too large', 'too-large'],
  ['etcdserver: too many operations in txn request', 'too-large'],
  ['etcdserver: user name is empty', 'denied'],
  [OLD_REVISION, 'denied'],
  ['etcdserver: mvcc: database space exceeded', 'no-space'],
  ['etcdserver: too many requests', 'unavailable'],
];

const NEXT: Readonly<Record<StoreFailure, string>> = {
  fenced: 'this operator does not lead any more and stops writing',
  conflict: 'it is read again and decided anew',
  'too-large': 'make the object smaller, or raise --max-request-bytes and --max-txn-ops of etcd',
  'no-space': 'compact and defragment etcd, then `etcdctl alarm disarm`; until then only deletions are taken',
  unavailable: 'check that it runs and can be reached; what is on the Swarm keeps running meanwhile',
  denied: "check the user name, the password, the client certificate and that user's roles in etcd",
  timeout: 'whether it took effect is not known until it is read again',
  invalid: 'trying again does not help',
};

/** An error with its fate; `call` and `endpoint` are for people. */
export function toStoreError(cause: unknown, call: string, endpoint: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const error = cause instanceof Error ? castGrpcError(cause) : new Error(String(cause));
  return storeError(kindOf(error), call, `etcd at ${endpoint}: ${describe(error)}`, error);
}

/** A failure that is known by other means than an error of the client. */
export function storeError(kind: StoreFailure, call: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    kind,
    `${call}: ${kind}: ${why}; ${NEXT[kind]}`,
    cause === undefined ? {} : { cause },
  );
}

/** Another endpoint, or the same one a moment later, may answer. */
export function passes(error: StoreError): boolean {
  return error.kind === 'unavailable' || error.kind === 'timeout';
}

/** etcd no longer has (code 11) the revision that a page was asked at. */
export function isCompacted(error: unknown): boolean {
  return error instanceof StoreError && error.cause instanceof GRPCOutOfRangeError;
}

/**
 * etcd has forgotten the token (a restart), or its users and roles have changed since (for tokens that carry
 * a revision). etcd3 gets a new one in the first case only, and would present the old one for as long as it
 * lives. Code 3 stands for the second.
 */
export function isTokenOld({ cause }: StoreError): boolean {
  if (cause instanceof EtcdInvalidAuthTokenError) return true;
  return cause instanceof GRPCInvalidArgumentError && cause.message.includes(OLD_REVISION);
}

/** etcd does not know the lease: it has expired or was revoked. */
export function isLeaseGone(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.cause instanceof EtcdLeaseInvalidError || error.cause instanceof GRPCNotFoundError)
  );
}

function kindOf(error: Error): StoreFailure {
  const described = KIND_OF_DESCRIPTION.find(([description]) => error.message.includes(description));
  if (described !== undefined) return described[1];
  return KIND_OF_CLASS.find(([type]) => error instanceof type)?.[1] ?? 'unavailable';
}

function describe(error: Error): string {
  return error.message.replace(/^(\w+: )?\d+ [A-Z_]+: /, '');
}
