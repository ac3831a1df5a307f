import type { VyosRelease } from '../../api/router.ts';
import { type Platform, ROUTING_SYSCTLS } from '../plan/platforms.ts';
import type { RouterPlan } from '../plan/router-plan.ts';
import * as bird from './bird.ts';
import { extraConfigResets as birdResets } from './bird-resets.ts';
import { withSecrets as birdSecrets } from './bird-secrets.ts';
import * as frr from './frr.ts';
import { extraConfigResets as frrResets } from './frr-resets.ts';
import { withSecrets as frrSecrets } from './frr-secrets.ts';
import type { SessionReset } from './session-reset.ts';
import { type ConfigurationText, configurationText } from './text.ts';
import { withoutBfd as vyosWithoutBfd } from './vyos/bfd.ts';
import { bootText } from './vyos/boot-text.ts';
import { vyosRouterOf } from './vyos/from-plan.ts';
import { interfacePlaceholder, type NamedInterface, withNames } from './vyos/interface-names.ts';
import type { VyosNote } from './vyos/note.ts';
import { renderVyos } from './vyos/render.ts';
import { extraConfigResets as vyosResets } from './vyos/resets.ts';
import { withSecrets as vyosSecrets } from './vyos/secrets.ts';

/** A configuration, and what it does not say as it is meant. */
interface Written {
  readonly configuration: ConfigurationText;
  readonly notes: readonly VyosNote[];
}

/** How a platform's configurations read. */
interface Dialect {
  /** A complete configuration: the same router gives the same text. @param release of VyOS. */
  readonly render: (plan: RouterPlan, release: VyosRelease) => Written;
  /** The same with the names that interfaces have now, where it names them at all; those that are not there it leaves out. */
  readonly withNames: (
    configuration: ConfigurationText,
    interfaces: readonly NamedInterface[],
  ) => ConfigurationText;
  /** The same without BFD for these neighbours, by address: it begins when sessions are steady. */
  readonly withoutBfd: (configuration: ConfigurationText, addresses: readonly string[]) => ConfigurationText;
  /** The same with the values of secrets, which plans do not hold. @throws what `valueOf` throws, and RouterRefusal. */
  readonly withSecrets: (text: string, valueOf: (secret: string) => string) => string;
  /** Which sessions a change of extraConfig resets, from one rendered text to another. */
  readonly resets: (before: string, after: string) => readonly SessionReset[];
}

/** What interfaces are called is nothing to it: it speaks over whatever has an address. */
const unnamed: Dialect['withNames'] = (configuration) => configuration;

const renderBoot: Dialect['render'] = (plan, release) => {
  const { items, notes } = renderVyos(vyosRouterOf(plan, ROUTING_SYSCTLS, interfacePlaceholder), release);
  return { configuration: configurationText(bootText(items, release)), notes };
};

const DIALECTS: Readonly<Record<Platform, Dialect>> = {
  frr: {
    render: ({ rendered }) => ({ configuration: frr.renderFrr(rendered), notes: [] }),
    withNames: unnamed,
    withoutBfd: frr.withoutBfd,
    withSecrets: frrSecrets,
    resets: frrResets,
  },
  bird: {
    render: ({ rendered }) => ({ configuration: bird.renderBird(rendered), notes: [] }),
    withNames: unnamed,
    withoutBfd: bird.withoutBfd,
    withSecrets: birdSecrets,
    resets: birdResets,
  },
  vyos: {
    render: renderBoot,
    withNames,
    withoutBfd: vyosWithoutBfd,
    withSecrets: vyosSecrets,
    resets: vyosResets,
  },
};

export const dialectOf = (platform: Platform): Dialect => DIALECTS[platform];
