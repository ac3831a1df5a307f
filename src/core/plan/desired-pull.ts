import type { ImagePullPolicy } from '../../api/quantity.ts';

/** How a workload's image is to come to its nodes. */
export interface DesiredPull {
  readonly policy: ImagePullPolicy;
  /** Name of the secret for its registry; absent: pulled without. */
  readonly secret?: string;
}
