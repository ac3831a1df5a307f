import { extraConfigAfter } from './extra-config.ts';

/** Every block before it ends with `exit`, so that these lines start in global context; they are last, so what they open is theirs. */
export const { lines: extra, of: extraConfigOf, withOwnPart } = extraConfigAfter('!');
