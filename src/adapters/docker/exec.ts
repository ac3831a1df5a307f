import type { Duplex } from 'node:stream';
import type { Engine } from './engine.ts';
import { failed } from './failure.ts';
import { type ContainerDetails, containerReply, createdReply, execReply, streamReply } from './replies.ts';

/** A program that was started in a container, without a terminal. */
export interface StartedExec {
  readonly id: string;
  /** Its standard input, and its output in Docker's frames. */
  readonly stream: Duplex;
}

/** Starts a program of a container's image in it. @throws DockerError */
export async function startExec(
  engine: Engine,
  containerId: string,
  program: string,
  doing: string,
): Promise<StartedExec> {
  const { id } = await engine.call({
    name: 'exec.create',
    doing,
    reply: createdReply,
    send: (docker, abortSignal) =>
      docker.getContainer(containerId).exec({
        Cmd: [program],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      }),
  });
  const stream = await engine.call({
    name: 'exec.start',
    doing,
    reply: streamReply,
    send: (docker, abortSignal) => docker.getExec(id).start({ hijack: true, stdin: true, abortSignal }),
  });
  return { id, stream };
}

/** Its exit code; undefined while it runs. @throws DockerError */
export async function execExitCode(engine: Engine, id: string, doing: string): Promise<number | undefined> {
  const { Running, ExitCode } = await engine.callNow({
    name: 'exec.inspect',
    doing,
    reply: execReply,
    send: (docker, abortSignal) => docker.getExec(id).inspect({ abortSignal }),
  });
  return Running ? undefined : (ExitCode ?? undefined);
}

/** @throws DockerError 'conflict' when the container does not run. */
export async function inspectRunning(
  engine: Engine,
  container: string,
  doing: string,
): Promise<ContainerDetails> {
  const details = await engine.call({
    name: 'container.inspect',
    doing,
    reply: containerReply,
    send: (docker, abortSignal) => docker.getContainer(container).inspect({ abortSignal }),
  });
  if (details.State.Pid > 0) return details;
  const words = `container ${container.slice(0, 12)} does not run (${details.State.Status})`;
  throw failed('conflict', engine.attempt(doing), words);
}
