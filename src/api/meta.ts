import { z } from 'zod';
import { text } from './quantity.ts';

/** API group and version of every hinge object. */
export const API_VERSION = 'hinge.testbed/v1alpha1';

/** Annotation that freezes an object (`disabled`): hinge neither changes nor removes what it stands for. */
export const RECONCILE_ANNOTATION = 'hinge.testbed/reconcile';

/** Annotation that keeps GitOps from deleting an object (`disabled`). */
const PRUNE_ANNOTATION = 'hinge.testbed/prune';

/** RFC 1123 label: what Kubernetes and Docker both accept as a name. */
export const Name = text(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'a DNS-1123 label (lower case letters, digits and "-", at most 63)',
).describe('DNS-1123 label');
export type Name = z.infer<typeof Name>;

export const Metadata = z
  .strictObject({
    name: Name.describe('Name of the object; equals the last part of its key.'),
    labels: z.record(z.string(), z.string()).exactOptional().describe('Free labels for selection.'),
    annotations: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe(
        `Free, but for ${RECONCILE_ANNOTATION}: disabled (freezes the object) and ${PRUNE_ANNOTATION}: disabled (GitOps keeps it).`,
      ),
  })
  .describe('Identity of the object.');
export type Metadata = z.infer<typeof Metadata>;
