import { readFileSync } from 'node:fs';

/** Kernel ticks a second, as /proc counts processor time. */
const TICKS = 100;

/** What a process has used since it began. */
export interface Usage {
  readonly cpuSeconds: number;
  /** Most memory that it ever had, in MiB. */
  readonly peakMiB: number;
}

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const peakKiB = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  return { cpuSeconds: (user + system) / TICKS, peakMiB: peakKiB / 1024 };
}
