/**
 * Ends a stream that is not needed any more. Half-closed before it is cancelled: etcd3 takes the error of a
 * cancelled stream that is still writable for a failure of the host, and closes the connection under all
 * other calls and streams.
 */
export function hangUp(stream: { end(): unknown; cancel(): void }): void {
  stream.end();
  stream.cancel();
}
