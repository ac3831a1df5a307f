import type { PlacedContainer } from '../core/diff/observed-index.ts';
import { platformIn } from '../core/plan/labels.ts';
import type { RouterTarget } from '../ports/router-console.ts';

/** How a router is asked depends on what runs in its container, which may still be of the platform that it had before. */
export const routerTarget = ({ node, container }: PlacedContainer): RouterTarget => ({
  node,
  containerId: container.id,
  platform: platformIn(container.labels),
});
