import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { LabLayout } from '../../deploy/lab/layout.ts';
import { labNamespaces } from '../../deploy/lab/network.ts';
import { controlGroups } from '../../deploy/lab/teardown.ts';

/**
 * What there is on this machine of the lab in a directory. It looks for itself, at more than the lab's own clean-up goes
 * by: a process counts if it is in a control group of the lab, or names its directory.
 */
export function tracesOf(dir: string): string[] {
  const layout = new LabLayout(dir);
  const processes = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => {
      const command = read(`/proc/${pid}/cmdline`);
      return read(`/proc/${pid}/cgroup`).includes(layout.cgroup) || command.includes(layout.dir);
    });
  return [
    ...labNamespaces(layout).map((name) => `network namespace ${name}`),
    ...processes.map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
    ...controlGroups(layout).map((path) => `control group ${path}`),
    ...read('/proc/self/mountinfo')
      .split('\n')
      .filter((line) => line.includes(layout.dir) || line.includes(layout.netnsPrefix))
      .map((line) => `mount ${line}`),
    ...[layout.dir, layout.runtimeDir].filter((path) => existsSync(path)).map((path) => `directory ${path}`),
  ];
}

/** Empty if it is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
