import { NamespaceHostConsole } from '../adapters/router/host-console.ts';
import { LiveTracer } from '../adapters/router/live-tracer.ts';
import { PlatformConsole } from '../adapters/router/platform-console.ts';
import { NamespaceSegmentConsole } from '../adapters/router/segment-console.ts';
import { Tcpdump } from '../adapters/router/tcpdump.ts';
import { DesiredIndex } from '../core/diff/desired-index.ts';
import { ObservedIndex } from '../core/diff/observed-index.ts';
import type { ObservedNode, Reading } from '../core/diff/observed.ts';
import { intake } from '../core/plan/intake.ts';
import type { NodeEngine } from '../ports/node-engine.ts';
import { inputWith, surroundingsOf } from './check.ts';
import type { SettingsWithNodes } from './config.ts';
import type { OpenTestbed } from './testbed.ts';
import { openFleet } from './wire-fleet.ts';
import { quiet, withStore } from './wire-store.ts';

/** Opens etcd and the engines, reads what is planned and where it runs, and closes both after `use`. Nothing can be changed through it. */
export async function withTestbed<T>(
  settings: SettingsWithNodes,
  use: (open: OpenTestbed) => Promise<T>,
): Promise<T> {
  return await withStore(settings, async (open) => {
    const { clock, keys } = open;
    const fleet = openFleet(
      {
        ...settings.docker,
        prefix: keys.prefix,
        mayChange: () => {
          throw new Error('a command that only looks has asked for a change; this is a bug of hinge');
        },
      },
      { clock, logger: quiet },
    );
    try {
      const [surroundings, nodes] = await Promise.all([
        surroundingsOf(open),
        Promise.all(
          [...fleet.engines].map(async ([name, engine]) => [name, await readingOf(engine)] as const),
        ),
      ]);
      return await use({
        ...open,
        desired: new DesiredIndex(intake(inputWith([], settings, surroundings)).desired),
        observed: new ObservedIndex({ swarm: { ok: false, error: 'not asked' }, nodes: new Map(nodes) }),
        engines: fleet.engines,
        live: fleet,
        hosts: new NamespaceHostConsole(fleet),
        segments: new NamespaceSegmentConsole(fleet),
        routers: new PlatformConsole(fleet),
        tracer: new LiveTracer(fleet),
        capture: new Tcpdump(fleet, fleet),
      });
    } finally {
      await fleet.close();
    }
  });
}

/** A node that is down matters only to who looks for something there. */
async function readingOf(engine: NodeEngine): Promise<Reading<ObservedNode>> {
  try {
    return { ok: true, value: await engine.list() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
