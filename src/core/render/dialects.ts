import type { Platform } from '../plan/platforms.ts';
import * as bird from './bird.ts';
import { extraConfigResets as birdResets } from './bird-resets.ts';
import { withSecrets as birdSecrets } from './bird-secrets.ts';
import * as frr from './frr.ts';
import { extraConfigResets as frrResets } from './frr-resets.ts';
import { withSecrets as frrSecrets } from './frr-secrets.ts';
import type { RenderedRouter } from './router.ts';
import type { SessionReset } from './session-reset.ts';
import type { ConfigurationText } from './text.ts';

/** How a platform's configurations read. */
interface Dialect {
  /** A complete configuration: the same router gives the same text. */
  readonly render: (router: RenderedRouter) => ConfigurationText;
  /** The same without BFD for these neighbours, by address: it begins when sessions are steady. */
  readonly withoutBfd: (configuration: ConfigurationText, addresses: readonly string[]) => ConfigurationText;
  /** The same with the values of secrets, which plans do not hold. @throws what `valueOf` throws, and RouterRefusal. */
  readonly withSecrets: (text: string, valueOf: (secret: string) => string) => string;
  /** Which sessions a change of extraConfig resets, from one rendered text to another. */
  readonly resets: (before: string, after: string) => readonly SessionReset[];
}

const DIALECTS: Readonly<Record<Platform, Dialect>> = {
  frr: {
    render: frr.renderFrr,
    withoutBfd: frr.withoutBfd,
    withSecrets: frrSecrets,
    resets: frrResets,
  },
  bird: {
    render: bird.renderBird,
    withoutBfd: bird.withoutBfd,
    withSecrets: birdSecrets,
    resets: birdResets,
  },
};

export const dialectOf = (platform: Platform): Dialect => DIALECTS[platform];
