import type { TestbedObject } from '../../api/object.ts';
import type { RouterSpec, VyosRelease } from '../../api/router.ts';
import { foresee } from '../../core/plan/foresight.ts';
import { routerPlans } from '../../core/plan/router-plan.ts';
import { ALL_SECRETS } from '../../core/plan/session-terms.ts';
import { anyPlatform, anyPlatformWithin } from '../any-platform.ts';
import { inputWith, NOTHING, planProblems, type Surroundings, surroundingsOf } from '../check.ts';
import { usageError } from '../exit.ts';
import { goodOnes, problemsOf, readDocuments } from '../input.ts';
import { refuse } from '../refusal.ts';
import { type RenderFormat, renderedText } from '../rendering.ts';
import type { Session } from '../session.ts';

export interface RenderOptions {
  readonly filename: readonly string[];
  readonly router?: readonly string[];
  readonly release?: VyosRelease;
  readonly format?: RenderFormat;
  readonly stored?: boolean;
}

/** Prints routers' configurations as the operator would plan them from files. */
export async function render(session: Session, options: RenderOptions): Promise<void> {
  const documents = await readDocuments(options.filename, session.readStdin);
  refuse(session, problemsOf(documents), documents.length);
  const settings = await session.settings();
  const stored = options.stored === true ? await session.withStore((open) => surroundingsOf(open)) : NOTHING;
  const good = goodOnes(documents);
  const given = good.map((document) => ({
    ...document,
    object: anyPlatform(document.object, options),
  }));
  const surroundings = anyPlatformWithin(stored, options);
  refuse(session, planProblems(given, settings, surroundings), documents.length);
  const { intake } = foresee(inputWith(given, settings, surroundings));
  const plans = routerPlans(intake.topology, intake.desired.experiments, ALL_SECRETS);
  const specs = specsOf(
    good.map(({ object }) => object),
    stored,
  );
  const wanted = options.router ?? good.flatMap(({ ref }) => (ref.kind === 'Router' ? [ref.name] : []));
  if (wanted.length === 0)
    throw usageError('-f: expected at least one Router, or --router with the name of one');
  for (const [index, name] of wanted.entries()) {
    const plan = plans.find(({ router }) => router.name === name);
    const spec = specs.get(name);
    if (plan === undefined || spec === undefined)
      throw usageError(`--router ${name}: expected the name of a Router in the files${hint(options)}`);
    const { text, comment, warnings } = renderedText(plan, spec, options);
    for (const warning of warnings) session.output.warning(`Router/${name}: ${warning}`);
    const heading = comment.join(`Router/${name}`);
    const head = wanted.length === 1 ? '' : `${index === 0 ? '' : '\n'}${heading}\n`;
    session.output.print(head + text);
  }
}

const hint = ({ stored }: RenderOptions): string =>
  stored === true ? ' or in etcd' : ', or --stored and the name of one in etcd';

/** By name of the Router: what is written, or accepted where nothing is. */
function specsOf(
  objects: readonly TestbedObject[],
  { written, accepted }: Surroundings,
): Map<string, RouterSpec> {
  const known = [
    ...accepted.map(({ object }) => object),
    ...written.flatMap((one) => ('object' in one ? [one.object] : [])),
    ...objects,
  ];
  return new Map(
    known.flatMap((object) => (object.kind === 'Router' ? [[object.metadata.name, object.spec]] : [])),
  );
}
