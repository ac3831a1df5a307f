import type { RouterSpec, VyosRelease } from '../api/router.ts';
import { ROUTING_SYSCTLS } from '../core/plan/platforms.ts';
import type { RouterPlan } from '../core/plan/router-plan.ts';
import { dialectOf } from '../core/render/dialects.ts';
import { bootText } from '../core/render/vyos/boot-text.ts';
import { vyosRouterOf } from '../core/render/vyos/from-plan.ts';
import { releaseOf } from '../core/render/vyos/release.ts';
import { renderVyos } from '../core/render/vyos/render.ts';
import { setText } from '../core/render/vyos/set-text.ts';

/** set and boot: VyOS, as commands and as config.boot; frr: frr.conf; bird: bird.conf. */
export type RenderFormat = 'set' | 'boot' | 'frr' | 'bird';

interface Rendered {
  readonly text: string;
  /** What is before and after a comment in this text. */
  readonly comment: readonly [string, string];
  /** Sentences about what it does not say as it is meant. */
  readonly warnings: readonly string[];
}

const NAMES = { frr: 'FRR', vyos: 'VyOS', bird: 'BIRD' } as const;

const FORMATS = { frr: 'frr', vyos: 'boot', bird: 'bird' } as const;

/** Of a config.boot VyOS reads what is before the first line that begins with two slashes: those of the versions. */
const COMMENTS = {
  frr: ['! ', ''],
  bird: ['# ', ''],
  set: ['# ', ''],
  boot: ['/* ', ' */'],
} as const;

/** A router's configuration in its platform's form, or the one that is asked for. @param spec as it is written. */
export function renderedText(
  plan: RouterPlan,
  spec: RouterSpec,
  asked: { readonly format?: RenderFormat; readonly release?: VyosRelease },
): Rendered {
  const format = asked.format ?? FORMATS[spec.platform];
  const comment = COMMENTS[format];
  const platform = format === 'set' || format === 'boot' ? 'vyos' : format;
  const foreign = platform !== spec.platform && (spec.extraConfig ?? '').trim() !== '';
  const { rendered } = plan;
  const written: RouterPlan = foreign ? { ...plan, rendered: { ...rendered, extraConfig: undefined } } : plan;
  const warnings = foreign
    ? [`spec.extraConfig is left out: it is written for ${NAMES[spec.platform]}.`]
    : [];
  const release = asked.release ?? releaseOf(spec.platform === 'vyos' ? spec : withoutImage(spec));
  if (format === 'frr' || format === 'bird')
    return { text: dialectOf(format).render(written, release).configuration.text, comment, warnings };
  const { items, notes } = renderVyos(vyosRouterOf(written, ROUTING_SYSCTLS), release);
  return {
    text: format === 'set' ? setText(items) : bootText(items, release),
    comment,
    warnings: [...warnings, ...notes.map(({ message }) => message)],
  };
}

/** The image of a router of another platform tells nothing about VyOS. */
const withoutImage = ({ image: _, ...rest }: RouterSpec): RouterSpec => rest;
