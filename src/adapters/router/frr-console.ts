import { driftOf } from '../../core/diff/drift.ts';
import { RouterRefusal } from '../../core/failure.ts';
import type { RouteEntry, RouterState } from '../../core/diff/observed-router.ts';
import { redacted } from '../../core/render/frr-secrets.ts';
import { watchedIn } from '../../core/render/frr.ts';
import type { ConfigurationText } from '../../core/render/text.ts';
import type { CommandResult } from '../../ports/node-engine.ts';
import type { RouterConsole, RouterTarget } from '../../ports/router-console.ts';
import { clearSession, routesIn, sessionsIn, SHOW_ROUTES, SUMMARY } from './bgp-output.ts';
import {
  APPLIED,
  CONFIGURE_TIMEOUT_MS,
  FLUSH_ROUTES_BY_HAND,
  NOT_READY,
  READ_TIMEOUT_MS,
  READY,
  reportIn,
  reportScript,
  RUNNING,
  WAIT_FOR_READY,
} from './router-image.ts';
import { RouterShell } from './router-shell.ts';
import type { Runners } from './run-in.ts';

const SHOW_RUNNING = 'show running-config';

/** vtysh takes longer to start than to answer: one call for everything. With -E each answer comes after the echo of its command. */
const SHOW = `-c '${SHOW_RUNNING}' -c '${SUMMARY}'`;

/** What zebra knows of addresses, and what BGP believes of next hops and of the subnets that the router originates. */
const SHOW_BELIEFS = `-c 'show interface' -c 'show bgp nexthop' -c 'show bgp import-check-table'`;

/**
 * The engine makes an interface inside the container, renames it and gives it its address, faster than FRR 8.4 can follow now and then. zebra
 * drops an address that it hears of before the interface itself (it has a thread of its own for addresses). And bgpd takes every IPv4 next hop
 * for unreachable, of all links, when an interface goes down that it has no index for; zebra knows better, but sees no news in it. Either way
 * routes stay invalid, and sessions down, for good. Replacing an address by itself makes the kernel tell it again, and applying a route map
 * to next hops of a protocol that nobody runs makes zebra tell bgpd all again; neither is news to who knew better.
 */
const FORGOTTEN = `
forgotten() {
  {
    ip -4 -oneline address show scope global | while read -r _ _ _ address _; do
      case $shown in *"inet $address"[!0-9]*) ;; *) echo "$address" ;; esac
    done
    printf '%s\\n' "$shown" | sed -n 's/^ \\([0-9.]*\\) invalid.*/\\1/p' |
      while read -r address; do ip -4 route show scope link to match "$address"; done
  } | grep -q .
}
remind() {
  ip -4 -oneline address show scope global |
    while read -r _ device _ address _; do ip address replace "$address" dev "$device"; done
  vtysh -d zebra -c 'configure terminal' -c 'route-map hinge-reminder permit 1' -c exit \\
    -c 'ip nht babel route-map hinge-reminder' -c 'no ip nht babel route-map hinge-reminder' -c 'no route-map hinge-reminder'
}`;

/** Daemons that come back, in a router that was configured before, are waited for: to know what runs there saves to configure it anew. */
const READ = `
tries=0
until [ -e ${READY} ]; do
  tries=$((tries + 1))
  { [ -e ${APPLIED} ] && [ "$tries" -le 30 ]; } || { echo starting; exit 0; }
  sleep 0.1
done
${FORGOTTEN}
shown=$(vtysh -E ${SHOW} ${SHOW_BELIEFS})
if forgotten; then
  remind >&2
  shown=$(vtysh -E ${SHOW})
fi
${reportScript(`printf '%s\\n' "$shown"`)}`;

/** Cuts the running configuration out of what vtysh showed. */
const RUNNING_SHOWN = `printf '%s\\n' "$shown" | sed -n '/# ${SHOW_RUNNING}$/,/# ${SUMMARY}$/{//!p}'`;

/** Everything of one change in one call: on a busy machine each further one costs as much again. */
const configureScript = (hash: string, apply: string): string => `
set -eu${WAIT_FOR_READY}
new=/run/hinge/new.conf
cat > "$new"
${apply}
${RUNNING_SHOWN} > ${RUNNING}.new
mv ${RUNNING}.new ${RUNNING}
echo ${hash} > ${APPLIED}
${reportScript(`printf '%s\\n' "$shown"`)}`;

/** Stops at the first line that is refused, and then saves nothing. Unlike -f it lets sessions start at once. */
const FIRST = `
shown=$(vtysh -E -c 'configure terminal' -c "$(cat "$new")" -c end -c 'write memory' ${SHOW} 2>&1) ||
  { printf '%s\\n' "$shown" >&2; exit 1; }`;

/**
 * What somebody edits while hinge changes the configuration would be taken for hinge's own from then on. So the running configuration has to
 * be explained: by a line that is wanted, or by one that was there before. A line that was wanted and there before has to be there still. What FRR makes of
 * a new line in words of its own is not explained either: that costs a second look, which changes nothing.
 */
const EXPLAINED = `
by_line() { sed 's/^ *//' | sort -u; }
explained() {
  by_line < "$new" > "$new.wanted"
  by_line < ${RUNNING} > "$new.before"
  ${RUNNING_SHOWN} | by_line > "$new.after"
  [ -z "$(sort -u "$new.wanted" "$new.before" | comm -13 - "$new.after")" ] &&
    [ -z "$(comm -12 "$new.wanted" "$new.before" | comm -23 - "$new.after")" ]
}`;

/**
 * Changes only what differs. Finds a bad line before it changes anything. Routes that were heard or sent already go through changed route-maps
 * only when they are heard and sent anew, which resets no session (RFC 2918).
 */
const CHANGE = `${EXPLAINED}
change() {
  /usr/lib/frr/frr-reload.py --reload --stdout "$new" >&2
  vtysh -d bgpd -c 'clear bgp ipv4 unicast * soft' >&2
  ${FLUSH_ROUTES_BY_HAND}
  shown=$(vtysh -E -c 'write memory' ${SHOW})
}
change
explained || change`;

/** What seemed to be new was slow to start again. */
const FIRST_OF_ALL = `if [ -e ${APPLIED} ]; then ${CHANGE}\nelse ${FIRST}\nfi`;

/** FRR in containers made from hinge's router image, through vtysh and frr-reload.py. */
export class FrrConsole implements RouterConsole {
  readonly #shell: RouterShell;

  constructor(fleet: Runners) {
    this.#shell = new RouterShell(fleet, READ_TIMEOUT_MS);
  }

  async read(target: RouterTarget): Promise<RouterState> {
    return stateOf(await this.#shell.read(target, ['sh', '-c', READ]));
  }

  async configure(
    target: RouterTarget,
    { text, hash }: ConfigurationText,
    first: boolean,
  ): Promise<RouterState> {
    const script = configureScript(hash, first ? FIRST_OF_ALL : CHANGE);
    const result = await this.#shell.configure(target, script, text, CONFIGURE_TIMEOUT_MS);
    if (result.exitCode !== 0) throw new RouterRefusal(refusalText(result));
    return stateOf(result.stdout);
  }

  restartSession(target: RouterTarget, peerAddress: string): Promise<void> {
    return this.#shell.act(target, clearSession(peerAddress));
  }

  async routes(target: RouterTarget): Promise<readonly RouteEntry[]> {
    return routesIn(await this.#shell.read(target, SHOW_ROUTES));
  }
}

function stateOf(text: string): RouterState {
  const report = reportIn(text);
  if (report === undefined) return NOT_READY;
  const { appliedHash, stored, routesByHand, kernel, parts } = report;
  const [shown = ''] = parts;
  const running = answer(shown, SHOW_RUNNING);
  return {
    ready: true,
    appliedHash,
    drift: appliedHash === undefined ? [] : [...driftOf(stored, running).map(redacted), ...routesByHand],
    sessions: sessionsIn(answer(shown, SUMMARY), watchedIn(running)),
    ...kernel,
  };
}

/** What vtysh -E printed after the echo of a command, up to the next echo. */
function answer(shown: string, command: string): string {
  const lines = shown.split('\n');
  const from = lines.findIndex((line) => line.endsWith(`# ${command}`));
  const to = lines.findIndex((line, at) => at > from && /^\S+# /.test(line));
  return from === -1
    ? ''
    : lines
        .slice(from + 1, to === -1 ? undefined : to)
        .join('\n')
        .trim();
}

/** The router's own words about what it did not take. */
function refusalText(result: CommandResult): string {
  const all = `${result.stdout}\n${result.stderr}`.split('\n');
  // A complaint starts with %; the line before it is the echo of what it is about.
  const lines = all.filter(
    (line, at) => /^\s*%|error|line \d+/i.test(line) || /^\s*%/.test(all[at + 1] ?? ''),
  );
  const quoted = (lines.length > 0 ? lines : [result.stderr.trim() || result.stdout.trim()]).slice(0, 10);
  return `FRR did not take the configuration (exit ${String(result.exitCode)}): ${redacted(quoted.join('; ')).slice(0, 1000)}`;
}
