import { type ListenAddress, listenAddressText } from './listen-address.ts';

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not',
  ENOENT: 'its folder does not exist',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up',
};

/** The server cannot listen where it should; the message says why and what to do. */
export class ListenError extends Error {
  constructor(address: ListenAddress, cause: unknown) {
    const reason = reasons[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
    super(
      `cannot listen on ${listenAddressText(address)}: ${reason}; choose another address with --listen or HINGE_LISTEN`,
      { cause },
    );
    this.name = 'ListenError';
  }
}
