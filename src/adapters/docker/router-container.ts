import { madeFrom } from '../../core/diff/made-from.ts';
import { DockerError } from '../../core/failure.ts';
import type { ContainerFile } from '../../core/plan/container-form.ts';
import type { DesiredContainer } from '../../core/plan/desired.ts';
import { MADE_FROM_LABEL, SANDBOX_LABEL } from '../../core/plan/labels.ts';
import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { failed, isFailure, wasDone } from './failure.ts';
import { tarOf } from './file-archive.ts';
import { anyReply, containerReply, createdReply } from './replies.ts';

/** Milliseconds to create, start, stop or remove a container on a busy node. */
const CONTAINER_TIMEOUT_MS = 30_000;
/** Seconds that a router has to tell its neighbours that it ends: as long as Swarm gives a task. */
const STOP_WITHIN_S = 2;

type Labels = Readonly<Record<string, string>>;

/**
 * Creates and starts a router's own container in the namespaces of its task's container. The engine starts it again whenever it ends, as long as
 * the task's container runs, and refuses to when that is gone. @param files are in it before it starts for the first time: afterwards they are its own.
 * @throws DockerError, see NodeEngine.createRouter.
 */
export async function createRouter(
  engine: Engine,
  container: DesiredContainer,
  sandbox: string,
  files: readonly ContainerFile[],
): Promise<void> {
  const labels = {
    ...container.labels,
    [SANDBOX_LABEL]: sandbox,
    [MADE_FROM_LABEL]: madeFrom(container),
  };
  const { id, isNew } = await create(engine, container, sandbox, labels);
  if (isNew && files.length > 0) await putFiles(engine, id, container.name, files);
  try {
    await startContainer(engine, id, container.name);
  } catch (error) {
    if (!container.privileged || !isFailure(error, 'rejected')) throw error;
    const todo =
      `it runs with all privileges, which the engine of ${engine.node} has to be able to give (docker run --privileged): ` +
      `one without root, or inside of a container, is not; mend that, or keep this Router off ${engine.node} (spec.placement)`;
    throw new DockerError('rejected', `${error.what}; ${todo}`, { cause: error });
  }
}

/** Where an archive of these is laid over the root, what is there already is replaced. */
async function putFiles(
  engine: Engine,
  id: string,
  name: string,
  files: readonly ContainerFile[],
): Promise<void> {
  const archive = await tarOf(files);
  await engine.change({
    name: 'container.archive',
    doing: `putting files into container ${name}`,
    timeoutMs: CONTAINER_TIMEOUT_MS,
    reply: anyReply,
    send: (docker, abortSignal) => docker.getContainer(id).putArchive(archive, { path: '/', abortSignal }),
  });
}

interface Made {
  readonly id: string;
  /** It never ran. */
  readonly isNew: boolean;
}

async function create(
  engine: Engine,
  container: DesiredContainer,
  sandbox: string,
  labels: Labels,
): Promise<Made> {
  const { name, image } = container;
  const doing = `creating container ${name} from image ${image}`;
  try {
    const created = await engine.change({
      name: 'container.create',
      doing,
      timeoutMs: CONTAINER_TIMEOUT_MS,
      reply: createdReply,
      send: (docker, abortSignal) =>
        docker.createContainer(withBody(specOf(container, sandbox, labels), { name, abortSignal })),
    });
    return { id: created.id, isNew: true };
  } catch (error) {
    if (isFailure(error, 'not-found')) {
      const { node } = engine;
      const words = `${node} lacks the image ${image}: load it there (docker load) or pull it (docker pull ${image})`;
      throw failed('not-found', engine.attempt(doing), words, error);
    }
    const there = isFailure(error, 'conflict') ? await sameAs(engine, name, labels) : undefined;
    if (there === undefined) throw error;
    return there;
  }
}

/** The container of a name, if it is this very one: made by a call whose answer was lost, or stopped since. */
async function sameAs(engine: Engine, name: string, labels: Labels): Promise<Made | undefined> {
  const { Id, Config, State } = await engine.call({
    name: 'container.inspect',
    doing: `looking at container ${name}`,
    reply: containerReply,
    send: (docker, abortSignal) => docker.getContainer(name).inspect({ abortSignal }),
  });
  const isSame = Object.entries(labels).every(([label, value]) => Config.Labels[label] === value);
  return isSame ? { id: Id, isNew: State.Status === 'created' } : undefined;
}

function specOf(container: DesiredContainer, sandbox: string, labels: Labels): object {
  const { image, capabilities, privileged, devices, mounts, sharesProcesses } = container;
  const { nanoCpus, memoryBytes, command, stopSignal } = container;
  const joined = `container:${sandbox}`;
  return {
    Image: image,
    Labels: labels,
    ...(command !== undefined && { Cmd: [...command] }),
    ...(stopSignal !== undefined && { StopSignal: stopSignal }),
    HostConfig: {
      NetworkMode: joined,
      ...(sharesProcesses && { PidMode: joined }),
      Privileged: privileged,
      CapAdd: [...capabilities],
      Devices: devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' })),
      Binds: mounts.map((path) => `${path}:${path}:ro`),
      NanoCpus: nanoCpus,
      Memory: memoryBytes,
      RestartPolicy: { Name: 'always' },
      // Months of logs must not fill the disk.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    },
  };
}

/** Fine when it runs. @param name for people. @throws DockerError */
export async function startContainer(engine: Engine, id: string, name: string): Promise<void> {
  await engine
    .change({
      name: 'container.start',
      doing: `starting container ${name}`,
      timeoutMs: CONTAINER_TIMEOUT_MS,
      reply: anyReply,
      send: (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }),
    })
    .catch(unlessDone);
}

/** Fine when it is gone. @throws DockerError */
export async function removeRouter(engine: Engine, id: string): Promise<void> {
  const container = `container ${id.slice(0, 12)}`;
  try {
    await engine
      .change({
        name: 'container.stop',
        doing: `stopping ${container}`,
        timeoutMs: CONTAINER_TIMEOUT_MS,
        reply: anyReply,
        send: (docker, abortSignal) => docker.getContainer(id).stop({ t: STOP_WITHIN_S, abortSignal }),
      })
      .catch(unlessDone);
    await engine.change({
      name: 'container.remove',
      doing: `removing ${container}`,
      timeoutMs: CONTAINER_TIMEOUT_MS,
      reply: anyReply,
      send: (docker, abortSignal) => docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
    });
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
  }
}

function unlessDone(error: unknown): void {
  if (!wasDone(error)) throw error;
}
