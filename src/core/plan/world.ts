import type { LinkBgp } from '../../api/bgp.ts';
import type { Path } from '../../api/path.ts';
import type { RouterSpec } from '../../api/router.ts';
import type { Allocation } from './allocation.ts';
import type { LinkShape } from './link-shape.ts';
import type { NamedBy } from './shared-links.ts';

/**
 * Whether a Router can be named. `kept`: its key is gone, it stays only for those that name it already.
 * `rejected`: nothing of it can run, since it was never valid or others have its values by now.
 */
export type RouterStanding = 'accepted' | 'kept' | 'rejected' | 'absent';

/** What an object is checked against: the other objects as they are accepted at that moment. */
export interface World {
  router(name: string): RouterStanding;
  /** The accepted version of a Router; undefined: there is none. */
  spec(router: string): RouterSpec | undefined;
  /** AS number of a Router; undefined: there is no such Router, or one of its own is still to be allocated. */
  asn(router: string): string | undefined;
  /** The accepted version of a Path whose key is there. */
  path(name: string): Path | undefined;
  /** Properties that the accepted versions of other Paths name for a link, with their refTexts. */
  shapes(link: string): readonly NamedBy<LinkShape>[];
  /** What these say of the session over a link, likewise. */
  sessions(link: string): readonly NamedBy<LinkBgp>[];
  /** refTexts of other accepted Paths over SRv6 that use a link. */
  segmented(link: string): readonly string[];
  /** Claims of the access networks of an Experiment in the store, newest first. */
  accessClaims(experiment: string): readonly Allocation[];
}
