import { driftOf } from '../../core/diff/drift.ts';
import type { RouteEntry, RouterInterface, RouterState } from '../../core/diff/observed-router.ts';
import { RouterRefusal } from '../../core/failure.ts';
import { redacted } from '../../core/render/frr-secrets.ts';
import type { ConfigurationText } from '../../core/render/text.ts';
import { watchedIn } from '../../core/render/vyos/bfd.ts';
import { withoutSecrets } from '../../core/render/vyos/secrets.ts';
import type { CommandResult } from '../../ports/node-engine.ts';
import type { RouterConsole, RouterTarget } from '../../ports/router-console.ts';
import { clearSession, routesIn, sessionsIn, SHOW_ROUTES } from './bgp-output.ts';
import { linesOf, NOT_READY, type Report, reportIn } from './router-image.ts';
import { RouterShell } from './router-shell.ts';
import type { Runners } from './run-in.ts';
import { configureScript, EXIT, READ } from './vyos-scripts.ts';

/** VyOS starts Python for each of its commands. */
const READ_TIMEOUT_MS = 20_000;
/** 15 s of waiting for somebody else's commit, and 80 s for hinge's own, which goes on if it takes longer. */
const CONFIGURE_TIMEOUT_MS = 100_000;

/** VyOS in its own container, through its configuration sessions, and vtysh of the FRR below. */
export class VyosConsole implements RouterConsole {
  readonly #shell: RouterShell;

  constructor(fleet: Runners) {
    this.#shell = new RouterShell(fleet, READ_TIMEOUT_MS);
  }

  async read(target: RouterTarget): Promise<RouterState> {
    return stateOf(await this.#shell.read(target, ['sh', '-c', READ]));
  }

  async configure(target: RouterTarget, { text, hash }: ConfigurationText): Promise<RouterState> {
    const result = await this.#shell.configure(target, configureScript(hash), text, CONFIGURE_TIMEOUT_MS);
    if (result.exitCode !== 0) throw refusal(result, text);
    return stateOf(result.stdout);
  }

  restartSession(target: RouterTarget, peerAddress: string): Promise<void> {
    return this.#shell.act(target, clearSession(peerAddress));
  }

  async routes(target: RouterTarget): Promise<readonly RouteEntry[]> {
    return routesIn(await this.#shell.read(target, SHOW_ROUTES));
  }
}

/** Reads what `REPORT` prints. VyOS reads its configuration by itself when it starts: until it has, nobody else is to give it one. */
function stateOf(text: string): RouterState {
  const report = reportIn(text);
  if (report === undefined) return { ...NOT_READY, boots: true };
  const { appliedHash, stored, routesByHand, kernel, parts } = report;
  const [summary = '', commands = ''] = parts;
  const bare = bareOf(report);
  return {
    ready: true,
    appliedHash,
    drift: appliedHash === undefined ? [] : [...byHand(stored, commands), ...routesByHand],
    sessions: sessionsIn(summary.trim(), watchedIn(commands)),
    ...kernel,
    ...(bare.length > 0 && { bare }),
  };
}

/** VyOS's own comparison is of sessions; of two lists of set commands every line says all of itself, wherever it stands. */
const byHand = (stored: string, commands: string): readonly string[] =>
  driftOf(asLines(stored), asLines(commands)).map(redacted);

const asLines = (text: string): string =>
  [...linesOf(text)]
    .sort()
    .map((line) => `${line}\n`)
    .join('');

const ADDRESS = /^set interfaces ethernet '?(\S+?)'? address '([\d./]+)'$/gm;

/** Interfaces that are there without the address that hinge has configured: VyOS takes it away when somebody deletes them from its configuration. */
function bareOf({ stored, bare }: Report): readonly RouterInterface[] {
  const macs = new Map(bare.map(({ name, mac }) => [name, mac]));
  return [...stored.matchAll(ADDRESS)].flatMap(([, name = '', address = '']) => {
    const mac = macs.get(name);
    return mac === undefined ? [] : [{ name, address, mac }];
  });
}

/** What VyOS says when all is well. */
const IDLE_TALK = /^(Loading configuration from|Load complete|Saving configuration to|Done$|\[edit\])/;

function refusal({ stderr, exitCode }: CommandResult, configuration: string): Error {
  if (exitCode === EXIT.locked)
    return new RouterRefusal(
      'somebody else was committing a configuration for more than 15 s (VyOS locks it); hinge tries again',
      'Locked',
    );
  if (exitCode === EXIT.slow)
    return new RouterRefusal('VyOS is still committing after 80 s; hinge looks again', 'Locked');
  const said = linesOf(stderr).filter((line) => !IDLE_TALK.test(line));
  const words = redacted(withoutSecrets(said.slice(0, 20).join('; '), configuration)).slice(0, 1000);
  const what = OUTCOMES.get(exitCode);
  if (what === undefined)
    return new RouterRefusal(
      `the script that configures VyOS ended with ${String(exitCode)}: ${words}`,
      'ScriptFailed',
    );
  return new RouterRefusal(`${what}: ${words}`);
}

const OUTCOMES: ReadonlyMap<number, string> = new Map([
  [EXIT.refused, 'VyOS did not take the configuration, and goes on with the last good one'],
  [EXIT.lost, 'VyOS did not take the configuration, nor the last good one after it'],
  [EXIT.ungood, 'VyOS did not take the configuration, and has taken none before'],
  [EXIT.unsaved, 'VyOS runs the configuration, and has not saved it; hinge tries again'],
]);
