import type { Trace } from '../core/diff/observed-router.ts';
import type { ConsoleTarget } from './router-console.ts';

/** The network namespace of a workload, whatever its image contains. */
export interface HostConsole {
  /** Makes `gateway` the only default route; fine when it is. */
  setDefaultRoute(target: ConsoleTarget, gateway: string): Promise<void>;
  /** Gateways of the default routes. */
  defaultRoutes(target: ConsoleTarget): Promise<readonly string[]>;
  /**
   * Whether an answer comes from `address` within two seconds: the cheap question before a trace. Returns at once when it comes.
   * @param addedMs by which links delay it.
   */
  reaches(target: ConsoleTarget, address: string, addedMs: number): Promise<boolean>;
  /** The routers that packets to `address` pass, and the destination as last hop when reached; no farther than `maxHops`. */
  trace(target: ConsoleTarget, address: string, maxHops: number, addedMs: number): Promise<Trace>;
}
