import type { DesiredState } from '../../../src/core/plan/desired.ts';
import type { DockerCalls } from '../contender.ts';

/** What the floor is given before its clock starts. */
export interface FloorTask {
  readonly nodes: readonly { readonly name: string; readonly socket: string }[];
  readonly desired: DesiredState;
  /** The testbed's prefix, and the name and the image of its helpers: what the labels and the plan leave open. */
  readonly prefix: string;
  readonly helper: { readonly name: string; readonly image: string };
}

export type Order =
  | { readonly type: 'prepare'; readonly task: FloorTask }
  | { readonly type: 'build' }
  | { readonly type: 'take-apart' };

export type Answer =
  | {
      readonly type: 'done';
      /** Wall-clock milliseconds. */
      readonly began: number;
      readonly ended: number;
      readonly calls: DockerCalls;
    }
  | { readonly type: 'failed'; readonly message: string };
