import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { DesiredNetwork } from '../core/plan/desired.ts';
import { CliError } from './exit.ts';

/** A link of a router, and the router's address on it. */
export interface ChosenLink {
  readonly network: DesiredNetwork;
  readonly address: string;
}

/**
 * The network that a user means: its key (`link/vyos-35--vyos-36`, also without `link/`), Docker's name of it, or who else is on it
 * (`vyos-35`, `fig3/a`, or `a` alone if there is one).
 * @param router a router's name. @throws CliError that lists what there is
 */
export function linkOf(desired: DesiredIndex, router: string, word: string): ChosenLink {
  const own = `router/${router}`;
  const networks = desired.networksOf(own);
  const names = (network: DesiredNetwork): readonly string[] => [
    network.key,
    network.key.slice(network.key.indexOf('/') + 1),
    network.name,
    ...othersOn(network, own),
  ];
  const exact = networks.filter((network) => names(network).includes(word));
  const [found, ...more] =
    exact.length > 0
      ? exact
      : networks.filter((network) => othersOn(network, own).some((name) => name.endsWith(`/${word}`)));
  if (found === undefined || more.length > 0) {
    const list = networks.map((network) => `  ${othersOn(network, own).join(', ')} (${network.key})`);
    const said = found === undefined ? `has no link "${word}"` : `has more than one link "${word}"`;
    const rest = list.length > 0 ? `; it has:\n${list.join('\n')}` : ', nor any other';
    throw new CliError(`Router "${router}" ${said}${rest}`);
  }
  const address = found.endpoints.find(({ workload }) => workload === own)?.address ?? '';
  return { network: found, address };
}

/** Who else is on a network: `vyos-35`, `fig3/a`. */
const othersOn = ({ endpoints }: DesiredNetwork, own: string): readonly string[] =>
  endpoints
    .filter(({ workload }) => workload !== own)
    .map(({ workload }) => workload.replace(/^(router|host)\//, ''));
