import type { Kind, ObjectRef } from '../../api/object.ts';
import { headOf, rowOf } from '../columns.ts';
import { documentOf, type DocumentFormat, formatDocuments, toYaml } from '../document.ts';
import { CliError, usageError } from '../exit.ts';
import { follow } from '../follow.ts';
import { warnIfFrozen } from '../frozen.ts';
import { kindsOf, refName, refsOf } from '../kinds.ts';
import { parseSelector } from '../selector.ts';
import type { Session } from '../session.ts';
import { formatTable } from '../table.ts';
import { loadView, loadViews, notFoundText, type ObjectView, readiness } from '../view.ts';
import type { OpenStore } from '../wire-store.ts';

export interface GetOptions {
  readonly output?: 'wide' | 'yaml' | 'json' | 'name';
  readonly watch?: boolean;
  readonly selector?: string;
}

/** What a command line asks for: named objects, or all of some kinds that fit a selector. */
interface Request {
  readonly kinds: readonly Kind[];
  readonly refs: readonly ObjectRef[];
  readonly fits: (view: ObjectView) => boolean;
}

function requestOf(words: readonly string[], selector: string | undefined): Request {
  const [first = '', ...names] = words;
  const named = names.length > 0 || first.includes('/');
  if (named && selector !== undefined) throw usageError('give either names or -l, not both');
  const refs = named ? refsOf(words) : [];
  const kinds = named ? [...new Set(refs.map(({ kind }) => kind))] : kindsOf(first);
  const holds = parseSelector(selector ?? '');
  return {
    kinds,
    refs,
    fits: ({ object, accepted }) => holds((object ?? accepted?.object)?.metadata.labels),
  };
}

/** @returns what is there, and a message for each named object that is not. */
async function load(open: OpenStore, request: Request): Promise<{ views: ObjectView[]; missing: string[] }> {
  if (request.refs.length === 0) {
    return { views: (await loadViews(open, request.kinds)).filter(request.fits), missing: [] };
  }
  const found = await Promise.all(
    request.refs.map(async (ref) => ({ ref, view: await loadView(open, ref) })),
  );
  return {
    views: found.flatMap(({ view }) => view ?? []),
    missing: found.filter(({ view }) => view === undefined).map(({ ref }) => notFoundText(open, ref)),
  };
}

const COLORS: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  True: 'green',
  False: 'red',
  Unknown: 'yellow',
};

/** Colors the READY column of a finished table, where its width is settled. */
function colored(session: Session, table: string, states: readonly string[]): string {
  const [head, ...lines] = table.split('\n');
  const painted = lines.map((line, index) => {
    const state = states[index] ?? '';
    return line.replace(/^(\S+\s+)(True|False|Unknown)/, (_all, name: string, word: string) => {
      return `${name}${session.output.paint(COLORS[state] ?? 'yellow', word)}`;
    });
  });
  return [head, ...painted].join('\n');
}

function tables(
  session: Session,
  open: OpenStore,
  request: Request,
  views: readonly ObjectView[],
  wide: boolean,
): string {
  const now = Date.parse(open.clock.now());
  return request.kinds
    .map((kind) => {
      const mine = views.filter(({ ref }) => ref.kind === kind);
      if (mine.length === 0) return undefined;
      const table = formatTable(
        headOf(kind, wide),
        mine.map((view) => rowOf(view, wide, now)),
      );
      return colored(session, table, mine.map(readiness));
    })
    .filter((table) => table !== undefined)
    .join('\n\n');
}

function render(
  session: Session,
  open: OpenStore,
  request: Request,
  views: readonly ObjectView[],
  format: GetOptions['output'],
): string {
  switch (format) {
    case 'name':
      return views.map(({ ref }) => refName(ref)).join('\n');
    case 'yaml':
    case 'json':
      return formatDocuments(views.map(documentOf), format, request.refs.length !== 1);
    case 'wide':
    case undefined:
      return tables(session, open, request, views, format === 'wide');
  }
}

/** Prints objects; with --watch goes on with those that change, until interrupted. */
export async function get(session: Session, words: readonly string[], options: GetOptions): Promise<void> {
  const request = requestOf(words, options.selector);
  await session.withStore(async (open) => {
    await warnIfFrozen(session, open);
    const { views, missing } = await load(open, request);
    if (views.length > 0) session.output.print(render(session, open, request, views, options.output));
    else if (missing.length === 0) {
      if (options.output === 'yaml' || options.output === 'json') {
        session.output.print(formatDocuments([], options.output, true));
      } else session.output.note(`nothing found below ${open.keys.desired}`);
    }
    if (missing.length > 0) throw new CliError(missing.join('\n'));
    if (options.watch === true) await watch(session, open, request, views, options.output);
  });
}

const documentText = (view: ObjectView, format: DocumentFormat): string =>
  format === 'json' ? JSON.stringify(documentOf(view)) : `---\n${toYaml(documentOf(view))}`;

/** Prints every object again that looks different from before, one at a time. */
async function watch(
  session: Session,
  open: OpenStore,
  request: Request,
  before: readonly ObjectView[],
  format: GetOptions['output'],
): Promise<void> {
  const { keys } = open;
  const wide = format === 'wide';
  // The age of a condition is no change: 0 as the time makes all ages alike.
  const looks = (view: ObjectView): string =>
    format === 'yaml' || format === 'json' ? documentText(view, 'json') : rowOf(view, wide, 0).join('\t');
  let shown = new Map(before.map((view) => [refName(view.ref), { view, look: looks(view) }]));
  await follow(
    open,
    [keys.desired, keys.accepted, keys.status],
    async () => {
      const { views } = await load(open, request);
      const now = new Map(views.map((view) => [refName(view.ref), { view, look: looks(view) }]));
      const changed = views.filter(
        (view) => shown.get(refName(view.ref))?.look !== now.get(refName(view.ref))?.look,
      );
      for (const [name, { view }] of shown)
        if (!now.has(name)) session.output.note(`${refName(view.ref)} is gone`);
      if (changed.length > 0) session.output.print(changedText(session, open, changed, format));
      shown = now;
      return undefined;
    },
    { onTrouble: (error) => session.output.warning(error.message) },
  );
}

function changedText(
  session: Session,
  open: OpenStore,
  views: readonly ObjectView[],
  format: GetOptions['output'],
): string {
  if (format === 'yaml' || format === 'json')
    return views.map((view) => documentText(view, format)).join('\n');
  if (format === 'name') return views.map(({ ref }) => refName(ref)).join('\n');
  const kinds = [...new Set(views.map(({ ref }) => ref.kind))];
  return tables(session, open, { kinds, refs: [], fits: () => true }, views, format === 'wide');
}
