import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { DialStdioAgent } from './dial-stdio.ts';
import type { DockerApi } from './docker-api.ts';
import { EndpointError, type NodeEndpoint } from './endpoint.ts';

/** Contents of the PEM files for `tcp://` endpoints: hinge shows its certificate, the engine must show one that `ca` signed. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ClientOptions {
  readonly tls?: TlsFiles | undefined;
  /** The ssh client and its first arguments for `ssh://`; default: `ssh`, as the user's own configuration has it. */
  readonly ssh?: readonly string[] | undefined;
}

/** A connection pool to one engine. */
export interface EngineClient {
  readonly docker: DockerApi;
  /** Closes idle connections and ends ssh processes. */
  close(): void;
}

/**
 * Opens nothing yet: the engine may be down. Connections are kept between calls; how many there are is up to who calls.
 * The API version is left to the engine: no version is served by all of Docker 20.10 to 29.
 * @throws EndpointError for tcp:// without TLS files.
 */
export function openClient(endpoint: NodeEndpoint, options: ClientOptions = {}): EngineClient {
  const { address } = endpoint;
  switch (address.scheme) {
    case 'unix':
      return client(new HttpAgent({ keepAlive: true }), { socketPath: address.path });
    case 'ssh':
      // The name is for the Host header only: the agent knows the way.
      return client(new DialStdioAgent(address, options.ssh), {
        protocol: 'http',
        host: 'docker.invalid',
        port: 80,
      });
    case 'tcp': {
      const { host, port } = address;
      if (options.tls !== undefined) {
        const { ca, cert, key } = options.tls;
        const agent = new HttpsAgent({ keepAlive: true, ca, cert, key, minVersion: 'TLSv1.2' });
        return client(agent, { protocol: 'https', host, port, ca, cert, key });
      }
      throw new EndpointError(
        `node ${endpoint.node}: ${endpoint.url} needs TLS: set the files of the CA, the certificate and the key, or use ssh:// ` +
          '(without TLS whoever reaches the port is root on that node)',
      );
    }
  }
}

type Reach = Pick<Docker.DockerOptions, 'socketPath' | 'protocol' | 'host' | 'port' | 'ca' | 'cert' | 'key'>;

function client(agent: HttpAgent, reach: Reach): EngineClient {
  // docker-modem renders all options of every request for its debug log, log or no log. An agent holds whole sockets: rendering it
  // would cost more than the request itself (1.2 ms of CPU instead of 0.2).
  Object.defineProperty(agent, inspect.custom, { value: () => agent.constructor.name });
  // dockerode fills what is absent from DOCKER_HOST and DOCKER_CERT_PATH: everything is given, so that they mean nothing.
  const nothing = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  const docker = new Docker({ protocol: 'http', ...nothing, ...reach, agent } as Docker.DockerOptions);
  return { docker: docker as unknown as DockerApi, close: () => agent.destroy() };
}
