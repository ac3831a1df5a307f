import type { RouteEntry, RouterState } from '../core/diff/observed-router.ts';
import type { ConfigurationText } from '../core/render/text.ts';

/** A workload's container as an adapter finds it. */
export interface ConsoleTarget {
  readonly node: string;
  readonly containerId: string;
}

/** The routing software of one platform inside its containers. Failures to reach it are DockerError. */
export interface RouterConsole {
  read(target: ConsoleTarget): Promise<RouterState>;
  /**
   * Makes `configuration` the running and the saved one. A fresh container (`first`) gets it whole; later only what differs, so that no
   * session is reset that need not be. Waits for a router that is starting.
   * @returns what is true afterwards. @throws RouterRefusal with the router's own words.
   */
  configure(target: ConsoleTarget, configuration: ConfigurationText, first: boolean): Promise<RouterState>;
  /** Has a session begin anew. */
  restartSession(target: ConsoleTarget, peerAddress: string): Promise<void>;
  /** Best BGP routes by prefix. */
  routes(target: ConsoleTarget): Promise<readonly RouteEntry[]>;
}
