import { addressOf } from '../../plan/ipv4.ts';
import { type ConfigurationText, configurationText } from '../text.ts';
import { type BootBlock, bootTree, bootTreeText, mapBlocks } from './boot-tree.ts';

/** An interface that a router has, with one of its addresses. */
export interface NamedInterface {
  readonly name: string;
  /** With mask. */
  readonly address: string;
}

/** Stands for the name of an interface, which the engine chooses when it plugs it in: no plan knows it. @param address with mask. */
export const interfacePlaceholder = (address: string): string => `{interface:${addressOf(address)}}`;

const HEAD = /^(\S+) "\{interface:([\d.]+)\}"$/;

/** The configuration with the names that interfaces have now. What is not plugged in is left out: VyOS refuses an interface that is not there. */
export function withNames(
  configuration: ConfigurationText,
  interfaces: readonly NamedInterface[],
): ConfigurationText {
  const names = new Map(interfaces.map(({ name, address }) => [addressOf(address), name]));
  const named = mapBlocks(bootTree(configuration.text), (block) => {
    const [, kind, address] = HEAD.exec(block.head) ?? [];
    if (kind === undefined || address === undefined) return block.head === ROUTING ? routing(block) : block;
    const name = names.get(address);
    return name === undefined ? undefined : { ...block, head: `${kind} ${name}` };
  });
  return configurationText(bootTreeText(named));
}

const ROUTING = 'segment-routing';

/** Without any interface that packets with segments come in by, VyOS refuses the locator. */
const routing = (block: BootBlock): BootBlock | undefined =>
  block.inside.some((one) => typeof one !== 'string' && one.head.startsWith('interface '))
    ? block
    : undefined;
