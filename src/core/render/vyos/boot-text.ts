import type { Item } from './item.ts';
import type { VyosRelease } from '../../../api/router.ts';
import { footerOf } from './release.ts';

/** A whole `config.boot`. Its last lines say which release wrote it: without them VyOS would run all of its migrations over it. */
export const bootText = (items: readonly Item[], release: VyosRelease): string =>
  [...items.flatMap((item) => linesOf(item, '')), '', ...footerOf(release)]
    .map((line) => `${line}\n`)
    .join('');

function linesOf(item: Item, indent: string): readonly string[] {
  if (item.kind === 'leaf')
    return [`${indent}${item.name}${item.value === undefined ? '' : ` ${quoted(item.value)}`}`];
  const tag =
    item.tag === undefined ? '' : ` ${/^[\w.:/@%+-]+$/.test(item.tag) ? item.tag : quoted(item.tag)}`;
  return [
    `${indent}${item.name}${tag} {`,
    ...item.items.flatMap((one) => linesOf(one, `${indent}    `)),
    `${indent}}`,
  ];
}

/** A backslash stands for itself, as VyOS writes it and reads it at boot; there are no quotes in values. */
const quoted = (value: string): string => `"${value}"`;
