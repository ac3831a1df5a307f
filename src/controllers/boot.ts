import { attachmentOf } from '../core/diff/attachment.ts';
import type { CreateRouter, UnitDiff } from '../core/diff/action.ts';
import type { ObservedIndex } from '../core/diff/observed-index.ts';
import { wantedFirst } from '../core/diff/wanted-configuration.ts';
import type { ContainerFile } from '../core/plan/container-form.ts';
import { ROUTER_LABEL, SANDBOX_LABEL } from '../core/plan/labels.ts';
import { bootFiles as vyosFiles } from '../core/render/vyos/in-container.ts';
import type { DeviceConsole } from '../ports/device-console.ts';
import type { SecretBook } from './secret-book.ts';
import type { Testbed } from './testbed.ts';

interface BootDeps {
  readonly testbed: Testbed;
  readonly devices: DeviceConsole;
  readonly secrets: SecretBook;
}

const PLUGGING = 'Plugging';
/** How long the links of a router are waited for before it is made without them, in ms. */
const PLUGGING_MS = 10_000;

/** What a router boots from: its whole configuration, as far as its links are plugged in already. @throws DockerError, RouterRefusal */
export async function bootFiles(
  { testbed, devices, secrets }: BootDeps,
  { node, sandbox, container }: CreateRouter,
): Promise<readonly ContainerFile[]> {
  if (container.boots !== true) return [];
  const setup = testbed.desired.workloads.get(container.labels[ROUTER_LABEL] ?? '')?.setup;
  if (setup?.type !== 'router')
    throw new Error(`${container.name} is not planned any more; the next look knows better`);
  const interfaces = await devices.interfaces({ node, containerId: sandbox });
  return vyosFiles(secrets.filled(setup.platform, wantedFirst(setup, interfaces)));
}

/**
 * Holds back the first start of a router that reads its configuration then, while its links are being plugged into its sandbox: what comes later is a
 * change, which takes it longer. @param sandboxMs for how long the sandbox has been there; undefined: it is not.
 */
export function untilPlugged(
  key: string,
  diff: UnitDiff,
  {
    testbed,
    index,
    sandboxMs,
  }: { readonly testbed: Testbed; readonly index: ObservedIndex; readonly sandboxMs: number | undefined },
): UnitDiff {
  const boots = testbed.desired.workloads.get(key)?.container?.boots === true;
  if (!boots || sandboxMs === undefined || sandboxMs >= PLUGGING_MS || isThere(key, index)) return diff;
  const missing = testbed.desired
    .networksOf(key)
    .filter((network) => attachmentOf(network, key, index) === undefined)
    .map((network) => network.key);
  if (missing.length === 0) return diff;
  const message = `it is started when its links are plugged into its sandbox, ${missing.join(', ')} being next`;
  return {
    sequences: diff.sequences
      .map((actions) => actions.filter(({ type }) => type !== 'create-router'))
      .filter((actions) => actions.length > 0),
    waits: [...diff.waits, { reason: PLUGGING, message }],
  };
}

/** Whether a container of its own is in the sandbox that it has now: what is there is not made for the first time. */
function isThere(key: string, index: ObservedIndex): boolean {
  const sandbox = index.sandbox(key)?.container.id;
  return index.routers(key).some(({ container }) => container.labels[SANDBOX_LABEL] === sandbox);
}

/** Whether a router was held back by this. */
export const isPlugging = ({ waits }: UnitDiff): boolean => waits.some(({ reason }) => reason === PLUGGING);
