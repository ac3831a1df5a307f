import { DockerError } from '../../core/failure.ts';
import type { RouteEntry } from '../../core/diff/observed-router.ts';
import { toYaml } from '../document.ts';
import { Exit, EXIT, usageError } from '../exit.ts';
import { routeRows, type ShownRoute, shownRoutes } from '../routes-text.ts';
import type { Session } from '../session.ts';
import { formatTable } from '../table.ts';
import { type OpenTestbed, placeOf, routerOf } from '../testbed.ts';
import { naturally } from '../view.ts';
import type { GetOptions } from './get.ts';

/** Prints the best BGP routes of some routers, or of all. A router that cannot be asked does not hide the others. */
export async function getRoutes(
  session: Session,
  words: readonly string[],
  options: GetOptions,
): Promise<void> {
  const { output: format } = options;
  if (format === 'wide' || format === 'name')
    throw usageError(`get routes -o ${format}: expected yaml or json`);
  if (options.watch === true) throw usageError('get routes does not watch; run it again');
  if (options.selector !== undefined) throw usageError('get routes takes names of routers, no -l');
  const failed = await session.withTestbed(async (open) => {
    const routers = words.length > 0 ? words.map((word) => routerOf(open, word).key) : allRouters(open);
    const answers = await Promise.allSettled(routers.map((key) => routesOf(open, key)));
    const routes = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    session.output.print(textOf(routes, format));
    const failures = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [reasonOf(answer.reason)] : [],
    );
    for (const failure of failures) session.output.problem(`hinge: ${failure}`);
    return failures.length > 0;
  });
  if (failed) throw new Exit(EXIT.problem);
}

const allRouters = ({ desired }: OpenTestbed): readonly string[] =>
  [...desired.workloads.keys()].filter((key) => key.startsWith('router/')).sort(naturally);

async function routesOf(open: OpenTestbed, key: string): Promise<readonly ShownRoute[]> {
  const routes: readonly RouteEntry[] = await open.routers.routes(placeOf(open, key));
  return shownRoutes(key.slice('router/'.length), routes, open.desired);
}

function reasonOf(reason: unknown): string {
  if (reason instanceof DockerError) return reason.what;
  if (reason instanceof Error) return reason.message;
  return String(reason);
}

function textOf(routes: readonly ShownRoute[], format: 'yaml' | 'json' | undefined): string {
  if (format === 'json') return JSON.stringify(routes, null, 2);
  if (format === 'yaml') return toYaml(routes);
  return formatTable(['ROUTER', 'PREFIX', 'NEXT-HOP', 'NEIGHBOUR', 'AS-PATH'], routeRows(routes));
}
