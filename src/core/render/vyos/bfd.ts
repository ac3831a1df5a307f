import { type ConfigurationText, configurationText } from '../text.ts';
import { bootTree, bootTreeText, mapBlocks } from './boot-tree.ts';

/** The same configuration without BFD for these neighbours, by address. */
export function withoutBfd(
  configuration: ConfigurationText,
  addresses: readonly string[],
): ConfigurationText {
  if (addresses.length === 0) return configuration;
  const heads = new Set(addresses.map((address) => `neighbor ${address}`));
  const rest = mapBlocks(bootTree(configuration.text), (block, above) =>
    block.head === 'bfd' && heads.has(above.at(-1) ?? '') ? undefined : block,
  );
  return configurationText(bootTreeText(rest));
}

const WATCHED = /^set protocols bgp (?:'?\d+'? )?neighbor '?([\d.]+)'? bfd\b/gm;

/** The neighbours' addresses that a configuration watches with BFD. @param commands as VyOS shows it. */
export const watchedIn = (commands: string): ReadonlySet<string> =>
  new Set([...commands.matchAll(WATCHED)].flatMap(([, address]) => address ?? []));
