import { execa } from 'execa';
import { LabError } from './errors.ts';

export interface RunOptions {
  readonly input?: string | undefined;
  /** Report a failure by its exit code instead of throwing. */
  readonly mayFail?: boolean | undefined;
  /** Added to the lab's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until it is killed. */
  readonly timeout?: number | undefined;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment of everything in the lab, daemons included. Nothing of the caller's gets in: its proxies and `ETCD_`
 * or `DOCKER_` settings would make a different lab. Root's own PATH may lack the system programs.
 */
export const labEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

/**
 * Runs a command to its end. It is in a process group of its own, so that Ctrl-C reaches the lab alone, which then stops
 * where it knows what there is to undo.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await execa(command, args, {
    detached: true,
    extendEnv: false,
    env: { ...labEnvironment, ...options.env },
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: 'SIGKILL' as const }),
  });
  const { exitCode = -1, stdout, stderr } = result;
  if (result.failed && (options.mayFail !== true || result.exitCode === undefined)) {
    const why =
      result.code === 'ENOENT'
        ? 'it is not installed; run sh deploy/setup.sh'
        : stderr.trim() || result.shortMessage;
    throw new LabError(`${[command, ...args].join(' ')}: ${why}`, { cause: result });
  }
  return { exitCode, stdout, stderr };
}
