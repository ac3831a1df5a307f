import type { DesiredPath, DesiredPathLink } from '../plan/desired.ts';
import { egressText, shapeText } from '../plan/link-shape.ts';
import { type Finding, found, missing, unknown } from './conditions.ts';

/** What became of one end of a link with properties. */
export interface ShapedEnd {
  readonly node: string;
  /** Its kernel has no netem: all but the rate is left out. */
  readonly lacksNetem?: true;
  /** Why nothing could be done. */
  readonly failure?: string;
}

/** @returns whether the links of a Path do to packets what they should; nothing when none of them has properties. */
export function impairedFindings(
  { links }: DesiredPath,
  endOf: (router: string, network: string) => ShapedEnd | undefined,
): readonly Finding[] {
  const shaped = links.filter(({ shape }) => shape !== undefined);
  if (shaped.length === 0) return [];
  const ends = shaped.flatMap((link) =>
    link.between.map((router) => ({ link, router, end: endOf(router, link.network) })),
  );
  const failed = ends.find(({ end }) => end?.failure !== undefined);
  if (failed !== undefined) {
    const message = `${failed.router}, link ${between(failed.link)}: ${failed.end?.failure ?? ''}`;
    return [missing('Impaired', 'ShapingFailed', message)];
  }
  const open = shaped.filter((link) => ends.some((each) => each.link === link && each.end === undefined));
  if (open.length > 0)
    return [unknown('Impaired', 'Shaping', `not applied at both ends yet: ${open.map(between).join(', ')}`)];
  const lacking = ends.filter(({ end }) => end?.lacksNetem === true);
  if (lacking.length > 0) {
    const nodes = [...new Set(lacking.map(({ end }) => end?.node ?? ''))].sort().join(', ');
    const left = lacking.map(({ link, router }) => {
      const egress = link.shape?.egress[router];
      const text = egress === undefined ? '' : egressText({ ...egress, rate: undefined });
      return `${between(link)} from ${router}: ${text}`;
    });
    const message = `the kernel of ${nodes} has no netem (module sch_netem), so this is left out, and packets pass without it: ${left.join('; ')}`;
    return [{ ...missing('Impaired', 'KernelLacksNetem', message), neutral: true }];
  }
  return [found('Impaired', 'Applied', shaped.map((link) => `${between(link)}: ${textOf(link)}`).join('; '))];
}

const textOf = ({ shape }: DesiredPathLink): string => (shape === undefined ? '' : shapeText(shape));

const between = (link: DesiredPathLink): string => link.between.join(' – ');
