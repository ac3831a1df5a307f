import { readFile, stat } from 'node:fs/promises';
import type { Lab } from '../../deploy/lab/lab.ts';
import { within } from '../../deploy/lab/wait.ts';

/**
 * A container of the lab, looked into through the kernel: reading a file costs the engines nothing, so that looking often does not
 * change what is measured.
 */
export class ContainerFiles {
  readonly #proc: string;

  private constructor(proc: string) {
    this.#proc = proc;
  }

  static async of(
    lab: Lab,
    { node, id }: { readonly node: string; readonly id: string },
  ): Promise<ContainerFiles> {
    const { docker, init } = lab.node(node);
    const details = await within(15_000, `inspecting ${id}`, docker.getContainer(id).inspect());
    return new ContainerFiles(`/proc/${String(init)}/root/proc/${String(details.State.Pid)}`);
  }

  /** Prefixes of the kernel's IPv4 routes, such as 10.199.35.0/24. */
  async prefixes(): Promise<readonly string[]> {
    const table = await readFile(`${this.#proc}/net/route`, 'utf8');
    return table
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => {
        const fields = line.split('\t');
        const length = [...hex(fields[7])]
          .map((byte) => byte.toString(2))
          .join('')
          .replaceAll('0', '').length;
        return `${hex(fields[1]).join('.')}/${String(length)}`;
      });
  }

  /** When a file of the container was written last, in wall-clock milliseconds. */
  async writtenAt(path: string): Promise<number> {
    return (await stat(`${this.#proc}/root${path}`)).mtimeMs;
  }
}

/** The kernel prints addresses as little-endian numbers. */
const hex = (text = ''): readonly number[] => [...Buffer.from(text, 'hex')].reverse();
