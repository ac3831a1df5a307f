import type { RouteEntry, RouterState } from '../../core/diff/observed-router.ts';
import type { Platform } from '../../core/plan/platforms.ts';
import type { ConfigurationText } from '../../core/render/text.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { RouterConsole, RouterTarget } from '../../ports/router-console.ts';
import { BirdConsole } from './bird-console.ts';
import { FrrConsole } from './frr-console.ts';
import { VyosConsole } from './vyos-console.ts';

/** Routers of all platforms, each asked as its own. */
export class PlatformConsole implements RouterConsole {
  readonly #consoles: Readonly<Record<Platform, RouterConsole>>;

  constructor(fleet: Fleet) {
    this.#consoles = {
      frr: new FrrConsole(fleet),
      bird: new BirdConsole(fleet),
      vyos: new VyosConsole(fleet),
    };
  }

  read(target: RouterTarget): Promise<RouterState> {
    return this.#consoles[target.platform].read(target);
  }

  configure(target: RouterTarget, configuration: ConfigurationText, first: boolean): Promise<RouterState> {
    return this.#consoles[target.platform].configure(target, configuration, first);
  }

  restartSession(target: RouterTarget, peerAddress: string): Promise<void> {
    return this.#consoles[target.platform].restartSession(target, peerAddress);
  }

  routes(target: RouterTarget): Promise<readonly RouteEntry[]> {
    return this.#consoles[target.platform].routes(target);
  }
}
