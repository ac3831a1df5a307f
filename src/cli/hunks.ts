import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';

/** Lines around a change: enough to see where it is. */
const CONTEXT = 2;

/** What differs between two texts, unified, without the head that names files; empty when nothing does. */
export const hunks = (before: string, after: string): string =>
  formatPatch(structuredPatch('', '', before, after, '', '', { context: CONTEXT }), OMIT_HEADERS).trimEnd();
