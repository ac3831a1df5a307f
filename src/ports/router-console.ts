import type { RouteEntry, RouterState } from '../core/diff/observed-router.ts';
import type { Platform } from '../core/plan/platforms.ts';
import type { ConfigurationText } from '../core/render/text.ts';

/** A workload's container as an adapter finds it. */
export interface ConsoleTarget {
  readonly node: string;
  readonly containerId: string;
}

/** A router's container, with what it is to be asked as. */
export interface RouterTarget extends ConsoleTarget {
  readonly platform: Platform;
}

/** The routing software inside routers' containers. Failures to reach it are DockerError. */
export interface RouterConsole {
  read(target: RouterTarget): Promise<RouterState>;
  /**
   * Makes `configuration` the running and the saved one. A fresh container (`first`) gets it whole; later only what differs, so that no
   * session is reset that need not be. Waits for a router that is starting.
   * @returns what is true afterwards. @throws RouterRefusal with the router's own words.
   */
  configure(target: RouterTarget, configuration: ConfigurationText, first: boolean): Promise<RouterState>;
  /** Has a session begin anew. */
  restartSession(target: RouterTarget, peerAddress: string): Promise<void>;
  /** Best BGP routes by prefix. */
  routes(target: RouterTarget): Promise<readonly RouteEntry[]>;
}
