import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { failed, isFailure } from './failure.ts';
import { leaveNone, NONE } from './none.ts';
import { anyReply, containerReply, containersReply, type EndpointReply } from './replies.ts';

/**
 * Milliseconds for one plug. The engine itself waits up to 20 s for Swarm to give a network to a container that is not a task.
 */
const PLUG_TIMEOUT_MS = 30_000;

/**
 * Plugs a network into a running container of this engine's node, and looks whether it is. It looks before, too: asked for a
 * plug that is there, the engine refuses and forgets the endpoint in its own record, which only unplugging repairs.
 * Not to be called for one container twice at once.
 * @param address static IPv4 address; undefined: Swarm chooses.
 * @throws DockerError, see NodeEngine.connect.
 */
export async function plug(
  engine: Engine,
  containerId: string,
  networkId: string,
  address?: string,
): Promise<void> {
  const static_ = address === undefined ? '' : ` as ${address}`;
  const doing = `plugging network ${networkId} into container ${containerId.slice(0, 12)}${static_}`;
  const networks = await networksOf(engine, containerId, doing);
  // An engine may put a container without any network back there when it starts it.
  if (NONE in networks) await leaveNone(engine, containerId);
  const recorded = endpointOn(networkId, networks);
  // What a plug that failed half-way leaves in the record cannot be unplugged, and is no obstacle to the next try.
  const real = recorded !== undefined && (await isListed(engine, containerId, networkId, doing));
  const there = real ? recorded : undefined;
  if (there === undefined) {
    try {
      await connect(engine, containerId, networkId, address, doing);
    } catch (error) {
      if (!isFailure(error, 'conflict')) throw error;
      // Plugged in, and no longer in the record.
      await unplug(engine, containerId, networkId);
      await connect(engine, containerId, networkId, address, doing);
    }
  }
  const endpoint = there ?? endpointOn(networkId, await networksOf(engine, containerId, doing));
  if (endpoint === undefined) {
    // The engine says "done" for a container that does not run, and does nothing.
    throw failed('conflict', engine.attempt(doing), 'the engine said "done", but there is no endpoint');
  }
  if (address !== undefined && endpoint.IPAddress !== address) {
    throw failed('conflict', engine.attempt(doing), `it is plugged in as ${endpoint.IPAddress}`);
  }
}

async function connect(
  engine: Engine,
  containerId: string,
  networkId: string,
  address: string | undefined,
  doing: string,
): Promise<void> {
  const config = address === undefined ? {} : { EndpointConfig: { IPAMConfig: { IPv4Address: address } } };
  await engine.change({
    name: 'network.connect',
    doing,
    timeoutMs: PLUG_TIMEOUT_MS,
    reply: anyReply,
    send: (docker, abortSignal) =>
      docker.getNetwork(networkId).connect(withBody({ Container: containerId, ...config }, { abortSignal })),
  });
}

/** Unplugs; fine when it is not plugged in, or the container or the network is gone. @throws DockerError */
export async function unplug(engine: Engine, containerId: string, networkId: string): Promise<void> {
  const doing = `unplugging network ${networkId} from container ${containerId.slice(0, 12)}`;
  const disconnect = (force: boolean): Promise<unknown> =>
    engine.change({
      name: 'network.disconnect',
      doing,
      timeoutMs: PLUG_TIMEOUT_MS,
      reply: anyReply,
      send: (docker, abortSignal) =>
        docker
          .getNetwork(networkId)
          .disconnect(withBody({ Container: containerId, Force: force }, { abortSignal })),
    });
  try {
    await disconnect(false);
  } catch (error) {
    if (isFailure(error, 'not-found')) return;
    if (!isFailure(error, 'conflict') && !isFailure(error, 'rejected')) throw error;
    if (!(await isPlugged(engine, containerId, networkId, doing))) return;
    await disconnect(true);
  }
}

async function isPlugged(
  engine: Engine,
  containerId: string,
  networkId: string,
  doing: string,
): Promise<boolean> {
  try {
    return endpointOn(networkId, await networksOf(engine, containerId, doing)) !== undefined;
  } catch (error) {
    if (isFailure(error, 'not-found')) return false;
    throw error;
  }
}

/** Whether the engine's list has the endpoint: it gets there only when the whole plug has succeeded. */
async function isListed(
  engine: Engine,
  containerId: string,
  networkId: string,
  doing: string,
): Promise<boolean> {
  const filters = { id: [containerId] };
  const containers = await engine.call({
    name: 'container.list',
    doing,
    reply: containersReply,
    send: (docker, abortSignal) => docker.listContainers({ all: true, filters, abortSignal }),
  });
  return containers.some(
    ({ NetworkSettings }) => endpointOn(networkId, NetworkSettings.Networks) !== undefined,
  );
}

type Networks = Readonly<Record<string, EndpointReply>>;

/** A running container's networks by name, as its record has them. None otherwise, see endpointsOf in observe.ts. */
async function networksOf(engine: Engine, containerId: string, doing: string): Promise<Networks> {
  const { State, NetworkSettings } = await engine.call({
    name: 'container.inspect',
    doing,
    reply: containerReply,
    send: (docker, abortSignal) => docker.getContainer(containerId).inspect({ abortSignal }),
  });
  return State.Running ? NetworkSettings.Networks : {};
}

/** Undefined when there is none, or one without life. */
const endpointOn = (networkId: string, networks: Networks): EndpointReply | undefined =>
  Object.values(networks).find((endpoint) => endpoint.NetworkID === networkId && endpoint.EndpointID !== '');
