import { extraConfigOf } from './frr-extra.ts';
import type { SessionReset } from './session-reset.ts';

/**
 * Which sessions a change of extraConfig resets; what hinge renders itself is compared in the plan. The rules are those that
 * were measured: deploy/images/router-frr/README.md, "What resets a session".
 */
export function extraConfigResets(before: string, after: string): readonly SessionReset[] {
  const [old, now] = [bgpLines(extraConfigOf(before)), bgpLines(extraConfigOf(after))];
  const only = (lines: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string[] =>
    [...lines].flatMap(([key, line]) => (others.has(key) ? [] : [line]));
  return [
    ...only(old, now).flatMap((line) => resetBy(line, 'removed')),
    ...only(now, old).flatMap((line) => resetBy(line, 'added')),
  ];
}

/** What resets nothing; timers hold from the next session on. */
const HARMLESS = /^(description|timers|advertisement-interval|route-map|allowas-in)\b/;
const RESETTING = /^(password|shutdown|activate|remote-as)\b/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

function resetBy(line: string, change: SessionReset['change']): SessionReset[] {
  const words = line.replace(/^no /, '');
  if (words.startsWith('bgp router-id ')) return [{ line, change, neighbor: undefined, certain: true }];
  if (/^bgp (confederation|cluster-id)\b/.test(words))
    return [{ line, change, neighbor: undefined, certain: false }];
  const [, neighbor = '', rest = ''] = /^neighbor (\S+) (.*)$/.exec(words) ?? [];
  if (rest === '' || HARMLESS.test(rest)) return [];
  if (!ADDRESS.test(neighbor)) return [{ line, change, neighbor: undefined, certain: false }];
  if (/^bfd\b/.test(rest)) {
    const ends = (change === 'removed') !== line.startsWith('no ');
    return ends ? [{ line, change, neighbor, certain: true }] : [];
  }
  return [{ line, change, neighbor, certain: RESETTING.test(rest) }];
}

const OPENS_BLOCK = /^(router|interface|route-map|vrf|bfd|key|line|segment-routing|pbr-map|rpki)\b/;

/** The lines inside `router bgp`, each under a key that tells in which address family it is. */
function bgpLines(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  let block = '';
  let family = '';
  for (const raw of text.split('\n')) {
    const line = raw.trim().replace(/\s+/g, ' ');
    if (line === '' || line.startsWith('!')) continue;
    if (line.startsWith('exit-')) family = '';
    else if (line.startsWith('address-family ')) family = line;
    else if (line === 'exit' || line === 'end') [block, family] = ['', ''];
    else if (OPENS_BLOCK.test(line)) [block, family] = [line, ''];
    else if (block.startsWith('router bgp')) lines.set(`${family}: ${line}`, line);
  }
  return lines;
}
