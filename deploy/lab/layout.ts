import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The kernel's limit for the path of a unix socket, without the closing NUL. */
const socketPathLimit = 107;

/** Where the kernel keeps the network namespaces that have a name. */
export const netnsRoot = '/run/netns';

const markVariable = 'HINGE_LAB_NODE';

export const cgroupRoot = '/sys/fs/cgroup';

/**
 * Every name and place of a lab, derived from its directory alone. Whoever knows the directory finds everything that
 * belongs to the lab, even when all records of it are lost; and two labs never share a name.
 */
export class LabLayout {
  readonly dir: string;
  readonly id: string;

  constructor(dir: string) {
    this.dir = canonical(resolve(dir));
    this.id = createHash('sha256').update(this.dir).digest('hex').slice(0, 8);
  }

  get stateFile(): string {
    return join(this.dir, 'lab.json');
  }

  get envFile(): string {
    return join(this.dir, 'env');
  }

  get etcdDir(): string {
    return join(this.dir, 'etcd');
  }

  /** All network namespaces of this lab, and none of any other, begin like this. */
  get netnsPrefix(): string {
    return `hinge-${this.id}-`;
  }

  /** The namespace of the bridge that joins the nodes. */
  get switchNetns(): string {
    return `${this.netnsPrefix}switch`;
  }

  /** Parent of the control groups of all containers, below each controller of the machine. */
  get cgroup(): string {
    return `hinge-${this.id}`;
  }

  /** Begins a variable in the environment of every process of the lab's nodes, except those in containers. */
  get mark(): string {
    return `${markVariable}=${this.id}/`;
  }

  /** Holds the sockets when the lab's own directory has too long a path for them. */
  get runtimeDir(): string {
    return `/run/hinge-${this.id}`;
  }

  node(index: number): NodeLayout {
    const name = `node${String(index)}`;
    const dir = join(this.dir, name);
    const socket = join(dir, 'docker.sock');
    return {
      name,
      dir,
      markVariable: { [markVariable]: `${this.id}/${name}/` },
      mark: `${this.mark}${name}/`,
      netns: this.netnsPrefix + name,
      address: `192.0.2.${String(10 + index)}`,
      socket: Buffer.byteLength(socket) <= socketPathLimit ? socket : join(this.runtimeDir, `${name}.sock`),
      dataDir: join(dir, 'data'),
      config: join(dir, 'daemon.json'),
      log: join(dir, 'dockerd.log'),
      machineLog: join(dir, 'machine.log'),
      cgroup: `/${this.cgroup}/${name}`,
    };
  }
}

export interface NodeLayout {
  readonly name: string;
  readonly dir: string;
  readonly markVariable: Readonly<Record<string, string>>;
  readonly mark: string;
  readonly netns: string;
  readonly address: string;
  readonly socket: string;
  readonly dataDir: string;
  readonly config: string;
  readonly log: string;
  readonly machineLog: string;
  readonly cgroup: string;
}

/** Two ways to write the same directory must lead to the same lab, whether or not it exists yet. */
function canonical(dir: string): string {
  const parent = dirname(dir);
  try {
    return realpathSync(dir);
  } catch {
    return parent === dir ? dir : join(canonical(parent), dir.slice(parent.length));
  }
}

export function makeDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
}
