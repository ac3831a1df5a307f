import { basename } from 'node:path';
import { usageError } from './exit.ts';

/** A repository, by Docker's grammar of names, and a tag. */
const NAME =
  /^((?:[a-zA-Z0-9.-]+(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$/;

export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

export const nameText = ({ repository, tag }: ImageName): string => `${repository}:${tag}`;

/** `hinge/vyos:1.4`; without a tag it is `latest`. @throws CliError (usage) */
export function parseImageName(text: string): ImageName {
  const [, repository, tag = 'latest'] = NAME.exec(text) ?? [];
  if (repository !== undefined) return { repository, tag };
  throw usageError(`--tag ${text}: expected the name of an image, such as hinge/vyos:1.4`);
}

/** `vyos-1.4-amd64.iso` is `hinge/vyos:1.4-amd64`: what comes before the first number is the name, the rest the tag. */
export function imageNameOf(file: string): ImageName {
  const stem = basename(file).replace(/\.(iso|squashfs|tar)$/i, '');
  const [, name = stem, version = 'latest'] =
    /^(.+?)[-_]v?(\d.*)$/.exec(stem) ?? /^([^-_]+)[-_](.+)$/.exec(stem) ?? [];
  const repository = `hinge/${clean(name).toLowerCase()}`;
  const tag = clean(version).slice(0, 128);
  if (NAME.test(`${repository}:${tag}`)) return { repository, tag };
  throw usageError(
    `no name for an image can be made of the file name ${basename(file)}: give one with --tag, such as --tag hinge/vyos:1.4`,
  );
}

const clean = (text: string): string =>
  text.replace(/[^a-zA-Z0-9._-]+/g, '-').replace(/^[._-]+|[._-]+$/g, '');
