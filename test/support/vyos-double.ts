import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pack } from 'tar-stream';
import type { Lab } from '../../deploy/lab/lab.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { EngineProxy } from './engine-proxy.ts';

/** Stands in for VyOS, and is none: test/images/vyos-double/README.md. */
export const DOUBLE = 'hinge/vyos-double:1.4';
const FROM = 'hinge/router-frr:1';
const FILES = path.resolve(import.meta.dirname, '../images/vyos-double/files');
/** Who may change the configuration of VyOS, and the shell that its scripts name. */
const PREPARE =
  'groupadd -o -g 102 vyattacfg && ln -s bash /usr/bin/vbash && chmod -R a+rX /opt/vyatta /usr/local/lib/vyos-double';

/** Makes the image on a node, of the one for FRR that is there. */
async function makeDouble({ docker }: LabNode): Promise<void> {
  const container = await docker.createContainer({ Image: FROM, Cmd: ['sh', '-euc', PREPARE] });
  try {
    await container.putArchive(await files(), { path: '/' });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode !== 0) throw new Error(`the test double could not be made (exit ${String(StatusCode)})`);
    const [repo, tag] = DOUBLE.split(':');
    await container.commit({ repo, tag, changes: 'CMD ["/bin/false"]' });
  } finally {
    await container.remove({ force: true });
  }
}

async function files(): Promise<NodeJS.ReadableStream> {
  const tar = pack();
  for (const entry of await readdir(FILES, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const mode = ((await stat(file)).mode & 0o111) === 0 ? 0o644 : 0o755;
    tar.entry({ name: path.relative(FILES, file), mode }, await readFile(file));
  }
  tar.finalize();
  return tar;
}

/** This machine starts no privileged container: what hinge asks for is taken out on the way, and is left to unit tests. */
function withoutPrivileges(body: object): object {
  const { HostConfig = {}, ...rest } = body as { readonly HostConfig?: object };
  return { ...rest, HostConfig: { ...HostConfig, Privileged: false, Devices: [], Binds: [] } };
}

/** The lab's engines with the test double in them, as an operator is to reach them. */
export class DoubledEngines {
  #lab: Lab | undefined;
  readonly proxies = new Map<string, EngineProxy>();
  /** Bodies of the calls that created containers, as hinge sent them. */
  readonly created: object[] = [];
  /** Whether privileges are asked for as hinge does. */
  privileges = false;

  /** @returns what goes into the operator's environment. */
  async open(lab: Lab): Promise<Readonly<Record<string, string>>> {
    this.#lab = lab;
    const { nodes } = lab;
    await Promise.all(nodes.map(makeDouble));
    for (const { name, socket } of nodes) {
      const proxy = await EngineProxy.before(socket);
      proxy.creating = (body) => {
        this.created.push(body);
        return this.privileges ? body : withoutPrivileges(body);
      };
      this.proxies.set(name, proxy);
    }
    const endpoints = [...this.proxies].map(([name, { socket }]) => `${name}=unix://${socket}`);
    return { HINGE_NODES: endpoints.join(','), HINGE_IMAGE_ROUTER_VYOS: DOUBLE };
  }

  /** After those of the testbed are gone that were made of it. */
  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    for (const { docker } of this.#lab?.nodes ?? []) await docker.getImage(DOUBLE).remove();
  }
}
