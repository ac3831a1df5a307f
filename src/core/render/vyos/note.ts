import type { VyosRelease } from '../../../api/router.ts';

/** Something of a router that its configuration does not say as it is meant: what, and what comes of it. */
export interface VyosNote {
  /** ReleaseLacks: newer ones can; PlatformLacks: no release can; BadLine: a line of extraConfig was left out. */
  readonly reason: 'ReleaseLacks' | 'PlatformLacks' | 'BadLine';
  /** A sentence for people. */
  readonly message: string;
}

export const releaseLacks = (release: VyosRelease, what: string): VyosNote => ({
  reason: 'ReleaseLacks',
  message: `VyOS ${release} ${what}`,
});

export const platformLacks = (what: string): VyosNote => ({
  reason: 'PlatformLacks',
  message: `VyOS ${what}`,
});
