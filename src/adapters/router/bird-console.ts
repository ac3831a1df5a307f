import { driftOf } from '../../core/diff/drift.ts';
import { RouterRefusal } from '../../core/failure.ts';
import type { RouteEntry, RouterState } from '../../core/diff/observed-router.ts';
import { protocolOf } from '../../core/render/bird-names.ts';
import { watchedIn } from '../../core/render/bird.ts';
import { redacted } from '../../core/render/frr-secrets.ts';
import type { ConfigurationText } from '../../core/render/text.ts';
import type { CommandResult } from '../../ports/node-engine.ts';
import type { RouterConsole, RouterTarget } from '../../ports/router-console.ts';
import { disabledAmong, protocolsIn, reconfiguredAt, routesIn, sessionsIn } from './bird-output.ts';
import {
  APPLIED,
  CONFIGURE_TIMEOUT_MS,
  FLUSH_ROUTES_BY_HAND,
  NOT_READY,
  READ_TIMEOUT_MS,
  READY,
  type Report,
  reportIn,
  reportScript,
  RUNNING,
  WAIT_FOR_READY,
} from './router-image.ts';
import { RouterShell } from './router-shell.ts';
import type { Runners } from './run-in.ts';

const CONFIG = '/etc/bird/bird.conf';
const NEW = '/run/hinge/new.conf';
/** What tells when BIRD was last given a configuration by hinge, or by a start: another time is that of somebody else. */
const RECONFIGURED = '/run/hinge/reconfigured';

const REPORT = reportScript(
  `cat ${CONFIG}`,
  `cat ${RECONFIGURED} 2>/dev/null || :`,
  `cat /proc/uptime; printf '%s\\n' "$status"`,
  `date +%s; printf '%s\\n' "$protocols"`,
);

const READ = `
[ -e ${READY} ] && status=$(birdcl show status) && protocols=$(birdcl show protocols all) || { echo starting; exit 0; }
${REPORT}`;

/**
 * BIRD checks a file whole before anything of it counts, and then restarts only protocols that differ. While one of them ends, it is at it
 * still. What was there before is put back if it takes the new one after all not.
 */
const configureScript = (hash: string): string => `
set -eu${WAIT_FOR_READY}
umask 077
cat > ${NEW}
bird -p -c ${NEW} >&2
cp -p ${CONFIG} ${NEW}.before
install -o root -g bird -m 640 ${NEW} ${CONFIG}
hinge-addresses ${CONFIG} >&2
said=$(birdcl configure) || {
  printf '%s\\n' "$said" >&2
  mv ${NEW}.before ${CONFIG}
  exit 1
}
tries=0
while status=$(birdcl show status) && printf '%s\\n' "$status" | grep -q 'Reconfiguration in progress'; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "BIRD was still reconfiguring after 10 s" >&2; exit 1; }
  sleep 0.1
done
{ cat /proc/uptime; birdcl show status; } > ${RECONFIGURED}
${FLUSH_ROUTES_BY_HAND}
cp ${CONFIG} ${RUNNING}
echo ${hash} > ${APPLIED}
rm -f ${NEW} ${NEW}.before
protocols=$(birdcl show protocols all)
${REPORT}`;

/** BIRD in containers made from hinge's router image, through its configuration file and birdcl. */
export class BirdConsole implements RouterConsole {
  readonly #shell: RouterShell;

  constructor(fleet: Runners) {
    this.#shell = new RouterShell(fleet, READ_TIMEOUT_MS);
  }

  async read(target: RouterTarget): Promise<RouterState> {
    return stateOf(await this.#shell.read(target, ['sh', '-c', READ]));
  }

  async configure(target: RouterTarget, { text, hash }: ConfigurationText): Promise<RouterState> {
    const result = await this.#shell.configure(target, configureScript(hash), text, CONFIGURE_TIMEOUT_MS);
    if (result.exitCode !== 0) throw new RouterRefusal(refusalText(result, text));
    return stateOf(result.stdout);
  }

  restartSession(target: RouterTarget, peerAddress: string): Promise<void> {
    return this.#shell.act(target, ['birdcl', 'restart', protocolOf(peerAddress)]);
  }

  async routes(target: RouterTarget): Promise<readonly RouteEntry[]> {
    return routesIn(await this.#shell.read(target, ['birdcl', 'show', 'route', 'primary', 'all']));
  }
}

/** Reads what `REPORT` prints. */
function stateOf(text: string): RouterState {
  const report = reportIn(text);
  if (report === undefined) return NOT_READY;
  const { appliedHash, stored, kernel, parts } = report;
  const [, , , shown = ''] = parts;
  const [now = '', ...lines] = shown.split('\n');
  const protocols = protocolsIn(lines.join('\n'));
  const drift = [
    ...byHand(report),
    ...disabledAmong(protocols).map((name) => `+ birdc disable ${name}`),
    ...report.routesByHand,
  ];
  return {
    ready: true,
    appliedHash,
    drift: appliedHash === undefined ? [] : drift,
    sessions: sessionsIn(protocols, Number(now), watchedIn(stored)),
    ...kernel,
  };
}

/** BIRD reckons what it says from a clock of its own: up to so many s it is the same time. */
const SAME_TIME_S = 0.5;

/** What differs from the configuration that hinge has applied: in the file, in what BIRD has read, and on lo. */
function byHand({ stored, kernel, parts }: Report): readonly string[] {
  const [file = '', before = '', status = ''] = parts;
  const [known, last] = [before, status].map(reconfiguredAt);
  const isOther = known !== undefined && last !== undefined && Math.abs(known - last) > SAME_TIME_S;
  const there = new Set(kernel.interfaces.map(({ address }) => address));
  const addresses = [...stored.matchAll(/^# address (\S+)$/gm)].flatMap(([, address]) => address ?? []);
  return [
    ...driftOf(stored, file.trim()).map(redacted),
    ...(isOther ? ['+ birdc configure'] : []),
    ...addresses
      .filter((address) => !there.has(address))
      .map((address) => `- ip address add ${address} dev lo`),
  ];
}

/** `bird: /run/hinge/new.conf:58:10 syntax error, …`, of which users know the line only as they wrote it. */
const COMPLAINT = /\S+\.conf:(\d+):\d+ (.*)$/;

/** The router's own words about what it did not take. */
function refusalText({ stdout, stderr, exitCode }: CommandResult, text: string): string {
  const all = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
  const complaints = all.flatMap((line) => {
    const [, number, message] = COMPLAINT.exec(line) ?? [];
    if (number === undefined || message === undefined) return [];
    return [`line ${number} "${(text.split('\n')[Number(number) - 1] ?? '').trim()}": ${message}`];
  });
  const quoted = (complaints.length > 0 ? complaints : all).slice(0, 10);
  return `BIRD did not take the configuration (exit ${String(exitCode)}): ${redacted(quoted.join('; ')).slice(0, 1000)}`;
}
