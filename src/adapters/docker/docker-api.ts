import type { Readable } from 'node:stream';
import type { RegistryCredentials } from '../../api/registry-secret.ts';

/**
 * The part of dockerode that hinge uses, in types that promise nothing of the answers: each is parsed where it is read.
 * (@types/dockerode is a major version behind, and says more of the answers than engines of all ages send.)
 */
export interface DockerApi {
  info(options: Options): Promise<unknown>;
  listServices(options: Options): Promise<unknown>;
  listNetworks(options: Options): Promise<unknown>;
  listNodes(options: Options): Promise<unknown>;
  listConfigs(options: Options): Promise<unknown>;
  createConfig(options: Options): Promise<unknown>;
  getConfig(id: string): {
    update(options: Options): Promise<unknown>;
    remove(options: Options): Promise<unknown>;
  };
  listTasks(options: Options): Promise<unknown>;
  listContainers(options: Options): Promise<unknown>;
  createNetwork(options: Options): Promise<unknown>;
  createService(auth: RegistryAuth | undefined, options: Options): Promise<unknown>;
  createContainer(options: Options): Promise<unknown>;
  getNetwork(id: string): {
    inspect(options: Options): Promise<unknown>;
    remove(options: Options): Promise<unknown>;
    connect(options: Options): Promise<unknown>;
    disconnect(options: Options): Promise<unknown>;
  };
  getService(id: string): {
    inspect(options: Options): Promise<unknown>;
    update(auth: RegistryAuth | undefined, options: Options): Promise<unknown>;
    remove(options: Options): Promise<unknown>;
  };
  getContainer(id: string): {
    inspect(options: Options): Promise<unknown>;
    start(options: Options): Promise<unknown>;
    stop(options: Options): Promise<unknown>;
    remove(options: Options): Promise<unknown>;
    exec(options: Options): Promise<unknown>;
    putArchive(archive: Buffer, options: Options): Promise<unknown>;
  };
  getExec(id: string): {
    start(options: Options): Promise<Readable>;
    inspect(options: Options): Promise<unknown>;
  };
  getEvents(options: Options): Promise<Readable>;
  getImage(name: string): {
    inspect(options: Options): Promise<unknown>;
    tag(options: Options): Promise<unknown>;
  };
  /** Pulls. */
  createImage(auth: RegistryAuth | undefined, options: Options): Promise<unknown>;
  loadImage(archive: Readable, options: Options): Promise<unknown>;
}

/** What dockerode sends as X-Registry-Auth. */
export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

export const authOf = ({ username, password, server }: RegistryCredentials): RegistryAuth => ({
  username,
  password,
  serveraddress: server,
});

/** Query parameters or, made by `withBody`, a body; always with a signal. */
export interface Options {
  readonly abortSignal: AbortSignal;
  readonly [parameter: string]: unknown;
}

/**
 * A call that sends `body`, and what else is given as its query. Given any other way, dockerode writes the body's fields into the
 * query string too, and for some calls nowhere else.
 */
export function withBody(body: object, { abortSignal, ...query }: Options): Options {
  return { _query: query, _body: body, abortSignal };
}
