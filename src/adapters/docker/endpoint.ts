/** How the engine of one node is reached. */
export type EngineAddress =
  | { readonly scheme: 'unix'; readonly path: string }
  | { readonly scheme: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly scheme: 'ssh';
      readonly host: string;
      /** Undefined: what the ssh client's own configuration says. */
      readonly user: string | undefined;
      readonly port: number | undefined;
      /** The engine's socket over there; undefined: where the docker command there looks for it. */
      readonly socket: string | undefined;
    };

/** The engine of one node, as the user wrote it. */
export interface NodeEndpoint {
  /** The node's name in the Swarm, which is its engine's hostname. */
  readonly node: string;
  readonly url: string;
  readonly address: EngineAddress;
}

/** The port that Docker's documentation gives to TLS. */
const TLS_PORT = 2376;

const EXPECTED =
  'expected a list like node1=unix:///var/run/docker.sock,node2=tcp://host:2376,node3=ssh://user@host:22/run/docker.sock';

/** The list of endpoints cannot be used. The message names the entry and says what is expected. */
export class EndpointError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EndpointError';
  }
}

/**
 * Reads `HINGE_NODES`: comma-separated `NODE=URL`. A node is named once.
 * @throws EndpointError
 */
export function parseEndpoints(text: string): readonly NodeEndpoint[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const endpoints = entries.map((entry) => parseEntry(entry));
  const names = new Set<string>();
  for (const { node } of endpoints) {
    if (names.has(node)) throw new EndpointError(`node ${node} is there twice: give each node one endpoint`);
    names.add(node);
  }
  return endpoints;
}

function parseEntry(entry: string): NodeEndpoint {
  const separator = entry.indexOf('=');
  const node = entry.slice(0, separator);
  const url = entry.slice(separator + 1);
  if (separator < 0 || !/^[A-Za-z0-9][\w.-]*$/.test(node)) {
    throw new EndpointError(`"${entry}" does not begin with a node's name and "=": ${EXPECTED}`);
  }
  return { node, url, address: parseAddress(node, url) };
}

function parseAddress(node: string, url: string): EngineAddress {
  const fail = (why: string): never => {
    throw new EndpointError(`node ${node}: "${withoutPassword(url)}" ${why}: ${EXPECTED}`);
  };
  if (url.startsWith('unix://')) {
    const path = url.slice('unix://'.length);
    return path.startsWith('/') ? { scheme: 'unix', path } : fail('has no absolute path');
  }
  if (!URL.canParse(url)) return fail('is not a URL');
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = parsed.port === '' ? undefined : Number(parsed.port);
  if (parsed.password !== '')
    return fail('has a password in it; use a key, and keep secrets out of settings');
  if (parsed.search !== '' || parsed.hash !== '') return fail('has parts that mean nothing here');
  const path = parsed.pathname === '/' ? '' : parsed.pathname;
  switch (parsed.protocol) {
    case 'tcp:':
      if (!isHost(host)) return fail('has no host');
      if (path !== '' || parsed.username !== '') return fail('has parts that mean nothing here');
      return { scheme: 'tcp', host, port: port ?? TLS_PORT };
    case 'ssh:': {
      if (!isHost(host)) return fail('has no host');
      const user = decodeURIComponent(parsed.username);
      // The ssh client takes a word that begins with a dash for an option, and options run commands.
      if (user.startsWith('-')) return fail('has no user name that ssh would take for one');
      return {
        scheme: 'ssh',
        host,
        port,
        user: user === '' ? undefined : user,
        socket: path === '' ? undefined : decodeURIComponent(path),
      };
    }
    default:
      return fail('begins with none of unix://, tcp:// and ssh://');
  }
}

const isHost = (host: string): boolean => /^[\w:][\w.:%-]*$/.test(host);

const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ':…@');
