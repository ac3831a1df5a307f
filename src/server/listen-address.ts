/** Where the server listens: a TCP port or a socket file. */
export type ListenAddress =
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'unix'; readonly path: string };

const EXPECTED =
  'expected HOST:PORT such as 127.0.0.1:9464, [::1]:9464 or :9464 (all IPv4 addresses), or a socket such as unix:///run/hinge.sock';

const tcp = (text: string): ListenAddress | undefined => {
  const parts = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535) return undefined;
  const host = parts[1] ?? parts[2] ?? '';
  return { type: 'tcp', host: host === '' ? '0.0.0.0' : host, port };
};

/**
 * Reads a `HINGE_LISTEN` value; port 0 lets the system choose one.
 * @throws Error that says what was expected.
 */
export const parseListenAddress = (text: string): ListenAddress => {
  const path = text.startsWith('unix://') ? text.slice('unix://'.length) : text;
  if (path.startsWith('/')) return { type: 'unix', path };
  const address = text.startsWith('unix:') ? undefined : tcp(text);
  if (address === undefined) throw new Error(`listen address "${text}": ${EXPECTED}`);
  return address;
};

/** The form that `parseListenAddress` reads. */
export const listenAddressText = (address: ListenAddress): string => {
  if (address.type === 'unix') return `unix://${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
};
