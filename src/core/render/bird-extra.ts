import { extraConfigAfter } from './extra-config.ts';

/** Every block before it is closed, so that these lines are no part of one. */
export const { lines: extra, of: extraConfigOf, withOwnPart } = extraConfigAfter('#');
