import { refText } from '../../api/object.ts';
import { problemText } from '../../api/problem.ts';
import { documentOf, toYaml } from '../document.ts';
import { eventPrefix, loadEvents } from '../event-log.ts';
import { CliError } from '../exit.ts';
import { warnIfFrozen } from '../frozen.ts';
import { refsOf } from '../kinds.ts';
import { conditionsText, eventsText, indent, type Section, statusSections } from '../sections.ts';
import type { Session } from '../session.ts';
import { isHeld, loadView, notFoundText, type ObjectView } from '../view.ts';
import type { OpenStore } from '../wire-store.ts';

const pairs = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ') || '-';

function identityText(view: ObjectView): string {
  const { ref, key, accepted, status } = view;
  const metadata = (view.object ?? accepted?.object)?.metadata;
  const lines = [
    ['Name', ref.name],
    ['Kind', ref.kind],
    ['Key', `${key}${keyNote(view)}`],
    ['Labels', pairs(metadata?.labels)],
    ['Annotations', pairs(metadata?.annotations)],
    [
      'Generation',
      `${String(accepted?.generation ?? '-')} accepted, ${String(status?.observedGeneration ?? '-')} observed`,
    ],
  ];
  return lines.map(([name = '', value = '']) => `${`${name}:`.padEnd(13)} ${value}`).join('\n');
}

function keyNote(view: ObjectView): string {
  if (view.text !== undefined) return '';
  return isHeld(view)
    ? ' (deleted; the removal is held, see hinge confirm)'
    : ' (deleted; still being taken down)';
}

async function sectionsOf(open: OpenStore, view: ObjectView): Promise<readonly Section[]> {
  const now = Date.parse(open.clock.now());
  const events = (await loadEvents(open, eventPrefix(open, view.ref))).map(({ event }) => event);
  const { spec } = documentOf(view);
  return [
    ...(spec === undefined ? [] : [{ heading: 'Spec', text: toYaml(spec) }]),
    ...(view.problems.length === 0
      ? []
      : [{ heading: 'Problems', text: view.problems.map(problemText).join('\n') }]),
    { heading: 'Conditions', text: conditionsText(view, now) },
    ...statusSections(view, now),
    { heading: 'Events', text: events.length === 0 ? 'none' : eventsText(events, now) },
  ];
}

/** Prints everything that the store knows of objects, for people. */
export async function describe(session: Session, words: readonly string[]): Promise<void> {
  const refs = refsOf(words);
  await session.withStore(async (open) => {
    await warnIfFrozen(session, open);
    const missing: string[] = [];
    for (const [index, ref] of refs.entries()) {
      const view = await loadView(open, ref);
      if (view === undefined) {
        missing.push(notFoundText(open, ref));
        continue;
      }
      const sections = await sectionsOf(open, view);
      if (index > 0) session.output.print(`\n${'-'.repeat(refText(ref).length)}\n`);
      session.output.print(identityText(view));
      for (const { heading, text } of sections) session.output.print(`${heading}:\n${indent(text)}`);
    }
    if (missing.length > 0) throw new CliError(missing.join('\n'));
  });
}
