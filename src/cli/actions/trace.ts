import { sightSegments } from '../../controllers/segment-sighting.ts';
import type { Trace } from '../../core/diff/observed-router.ts';
import { HopJudge, type JudgedHop } from '../../core/prove/hops.ts';
import {
  addedMs as addedByLinks,
  farthestHop,
  LONGEST_MS,
  type ProbeDirection,
} from '../../core/prove/probe.ts';
import { asPathDeviation, deviationOf, type Echoes, type Sighting } from '../../core/prove/verdict.ts';
import { Exit, EXIT } from '../exit.ts';
import type { Session } from '../session.ts';
import { type OpenTestbed, placeOf } from '../testbed.ts';
import { type ChosenProbe, chosenProbes } from '../trace-choice.ts';
import {
  packetsText,
  routeText,
  says,
  type ShownDirection,
  shownDirection,
  type ShownPackets,
  shownPackets,
  type ShownRoute,
  shownRoute,
  TraceText,
  workloadName,
} from '../trace-text.ts';

export interface TraceOptions {
  readonly output?: 'json';
}

type Way = 'forward' | 'reverse';

/** Sends packets along a Path or for a connection, shows each hop as it comes, and ends with 1 if one was wrong. */
export async function trace(session: Session, what: string, options: TraceOptions): Promise<void> {
  const { output } = session;
  const right = await session.withTestbed(async (open) => {
    const chosen = chosenProbes(open.desired, what);
    const directions = chosen.flatMap(({ probe }) => [probe.forward, probe.reverse]);
    const text = new TraceText(open.desired, directions);
    const say = options.output === 'json' ? () => undefined : (line: string) => output.print(line);
    const paint = (line: string): string => output.paint('red', line);
    const problems: string[] = [];
    const oneWay = async (
      one: ChosenProbe,
      way: Way,
      sighted: Readonly<Record<Way, Trace>> | undefined,
    ): Promise<ShownDirection> => {
      const direction = one.probe[way];
      const title = `${one.connection ?? `Path ${one.path}`}, ${way}`;
      const over = one.connection === undefined ? '' : ` over ${one.path}`;
      say(`${title}: ${workloadName(direction.from)} to ${open.desired.nameAt(direction.to)}${over}`);
      say(text.head());
      const tell: Tell = (judged, first) => {
        const line = text.hop(judged, first);
        say(first ? paint(line) : line);
      };
      const judge =
        sighted === undefined
          ? await follow(open, direction, one.path, tell)
          : recount(direction, sighted[way], tell);
      const message = deviationText(open, direction, judge);
      if (message !== undefined) problems.push(`${title}: ${message}`);
      return shownDirection(open.desired, direction, judge, message);
    };
    const route = async ({
      path,
      connection,
      probe: { edge },
    }: ChosenProbe): Promise<ShownRoute | undefined> => {
      if (edge === undefined) return undefined;
      const routes = await open.routers.routes(placeOf(open, `router/${edge.router}`));
      const seen = routes.find(({ prefix }) => prefix === edge.prefix)?.asPath;
      const message = asPathDeviation(edge, seen);
      const shown = shownRoute(edge, seen, message === undefined);
      say(shown.right ? routeText(shown) : paint(routeText(shown)));
      if (message !== undefined) problems.push(`${connection ?? `Path ${path}`}: ${message}`);
      return shown;
    };
    const probes = [];
    for (const one of chosen) {
      const { path, connection } = one;
      const sighted = await sight(open, one);
      const forward = await oneWay(one, 'forward', sighted);
      const reverse = await oneWay(one, 'reverse', sighted);
      const edge = await route(one);
      const packets = await sample(open, one, sighted?.echoes);
      if (packets !== undefined) say(packetsText(packets));
      probes.push({
        path,
        ...(connection !== undefined && { connection }),
        ...{ forward, reverse },
        ...(edge !== undefined && { edge }),
        ...(packets !== undefined && { packets }),
      });
    }
    const allRight = problems.length === 0;
    if (options.output === 'json') output.print(JSON.stringify({ right: allRight, probes }, null, 2));
    else if (allRight) output.print('all hops are right');
    for (const problem of problems) output.problem(`hinge: ${problem}`);
    return allRight;
  });
  if (!right) throw new Exit(EXIT.problem);
}

type Tell = (judged: JudgedHop, first: boolean) => void;

/** Within a tunnel traceroute sees nothing: as the operator does, both ways at once. @returns undefined: there is no tunnel */
async function sight(
  open: OpenTestbed,
  { path, probe }: ChosenProbe,
): Promise<Pick<Sighting, Way | 'echoes'> | undefined> {
  if (probe.flow === undefined) return undefined;
  const places = {
    forward: placeOf(open, probe.forward.from),
    reverse: placeOf(open, probe.reverse.from),
    routerOf: (name: string) => placeOf(open, `router/${name}`),
  };
  return sightSegments(probe, probe.flow, open, places, addedTo(open, path));
}

/** Between the hosts of a connection. @param sent those of the trace itself. @returns undefined: none are sent that could be answered */
async function sample(
  open: OpenTestbed,
  { path, probe }: ChosenProbe,
  sent: Echoes | undefined,
): Promise<ShownPackets | undefined> {
  const between = probe.echo ?? probe.sample;
  if (sent !== undefined) return shownPackets(sent);
  if (between === undefined) return undefined;
  return shownPackets(
    await open.hosts.echo(placeOf(open, between.from), { to: between.to }, addedTo(open, path)),
  );
}

/** Tells of the hops that were seen. */
function recount(direction: ProbeDirection, { hops }: Trace, tell: Tell): HopJudge {
  const judge = new HopJudge(direction);
  const told = (judged: JudgedHop): void => tell(judged, judged === judge.firstWrong);
  for (const hop of hops) told(judge.see({ ...hop, unreachable: false }));
  const missing = judge.end();
  if (missing !== undefined) told(missing);
  return judge;
}

/** By how much the links of a Path delay packets and their answers, in ms. What the kernels there really can is not known here: to wait for longer does no harm. */
function addedTo({ desired }: OpenTestbed, pathName: string): number {
  const path = desired.paths.get(pathName);
  const added = path === undefined ? 0 : addedByLinks(path, () => true);
  return Math.min(added, LONGEST_MS);
}

/** Sends, and tells of each hop as soon as it is known. */
async function follow(
  open: OpenTestbed,
  direction: ProbeDirection,
  pathName: string,
  tell: Tell,
): Promise<HopJudge> {
  const judge = new HopJudge(direction);
  const told = (judged: JudgedHop): void => {
    if (says(judged)) tell(judged, judged === judge.firstWrong);
  };
  const target = placeOf(open, direction.from);
  const { to: address, source } = direction;
  const to = { address, source, maxHops: farthestHop(direction), addedMs: addedTo(open, pathName) };
  await open.tracer.trace(target, to, (hop) => told(judge.see(hop)));
  const missing = judge.end();
  if (missing !== undefined) told(missing);
  return judge;
}

/** What is wrong, as the operator would say it. */
function deviationText(open: OpenTestbed, direction: ProbeDirection, judge: HopJudge): string | undefined {
  const hops = judge.judged.flatMap(({ seen }) => (seen === undefined || seen.unreachable ? [] : [seen]));
  const reached = hops.at(-1)?.address === direction.to;
  const nameOf = (address: string): string => open.desired.nameAt(address);
  return deviationOf(direction, { reached, hops }, nameOf)?.message;
}
