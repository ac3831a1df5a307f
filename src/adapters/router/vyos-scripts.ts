import {
  APPLIED,
  BOOT_FILE,
  BOOT_STATUS,
  BOOTING,
  GOOD,
  OWN,
  RECORD,
  RUNNING,
  SHOW_COMMANDS,
} from '../../core/render/vyos/in-container.ts';
import { SUMMARY } from './bgp-output.ts';
import { FLUSH_ROUTES_BY_HAND, reportScriptFrom } from './router-image.ts';

/* What is run in a container with VyOS: its own commands, as its documentation has them for scripts. */

/** What became of a change when it ends with this code: nothing, or what it was that failed. Shells and programs that are not there end with others. */
export const EXIT = {
  /** It was not taken, and what was good last runs. */
  refused: 2,
  /** It was not taken, and what was good last was not either. */
  lost: 3,
  /** It runs, and was not saved, or not noted. */
  unsaved: 4,
  /** It was not taken, and nothing was good before. */
  ungood: 5,
  /** It is still going on. */
  slow: 74,
  /** Somebody else is committing. */
  locked: 75,
} as const;

/** Of the session: nothing differed. */
const SAME = 10;

/** VyOS locks its configuration by this file, and takes for locked what somebody has open, as its own scripts do. */
const LOCK_FILE = '/opt/vyatta/config/.lock';
/** Tenths of a second that a lock is waited for, and a change. */
const LOCK_TRIES = 150;
const CHANGE_TRIES = 800;
/** Held by a change of hinge's own as long as it goes on, also when whoever began it has ended. */
const OWN_LOCK = `${OWN}/lock`;
/** Exit code of the last change, once it has ended, and what was said. */
const ENDED = `${OWN}/ended`;
const SAID = `${OWN}/said`;

const CHANGING = `changing() { [ -e ${OWN_LOCK} ] && ! flock -n ${OWN_LOCK} true; }`;

const REPORT = reportScriptFrom(
  { applied: APPLIED, running: RUNNING },
  `printf '%s\\n' "$summary"`,
  `printf '%s\\n' "$commands"`,
);

const LOOK = `summary=$(vtysh -c '${SUMMARY}') && commands=$(${SHOW_COMMANDS})`;

/**
 * VyOS opens each interface that it takes out of its configuration, and fails on one that was unplugged: others of the same kind stand in for those while it
 * commits.
 */
const STAND_IN = `
stand_in() {
  ${SHOW_COMMANDS} | sed -En "s/^set interfaces ethernet '?(eth[0-9]+).*/\\1/p" | sort -u | while read -r name; do
    ip link show dev "$name" > /dev/null 2>&1 || ip link add "$name" type veth peer name "hinge-$name"
  done
}`;

/** Takes them away, also those that a change has left which was cut off. */
const STAND_DOWN = `
stand_down() {
  ip -oneline link show type veth | sed -En 's/^[0-9]+: (hinge-eth[0-9]+)@.*/\\1/p' | while read -r name; do
    ip link delete "$name"
  done
}`;

/**
 * When VyOS has booted, its own script notes what came of it, a moment later. What is being changed is told as what boots: nothing of it is to be
 * judged, or changed once more.
 */
export const READ = `
${CHANGING}
${STAND_DOWN}
tries=0
while [ -e ${BOOTING} ] && [ "$(cat ${BOOT_STATUS} 2>/dev/null)" = 0 ] && [ "$tries" -lt 30 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
[ -e ${BOOT_STATUS} ] && ! changing || { echo booting; exit 0; }
stand_down >&2
${LOOK} || exit 1
${REPORT}`;

/**
 * Run by vbash, in the group that may change the configuration. What commit makes of its exit code differs by release: a session that differs still is
 * what tells. Some of a change may be there although the rest of it failed, so that the last good one is loaded whole.
 */
const SESSION = `#!/bin/vbash
source /opt/vyatta/etc/functions/script-template
own=${OWN}
changed() { /bin/cli-shell-api sessionChanged; }
leave() {
  exit
  builtin exit "$1"
}
loaded() {
  load "$1" > "$own/load" 2>&1
  if grep -Eqi 'failed|is not valid|no such|cannot load|error' "$own/load"; then
    cat "$own/load" >&2
    return 1
  fi
}
committed() {
  local status=0
  commit > "$own/commit" 2>&1 || status=$?
  if [ "$status" -ne 0 ] || changed || grep -Eqi 'commit failed' "$own/commit"; then
    cat "$own/commit" >&2
    return 1
  fi
}
go_back() {
  discard > /dev/null 2>&1
  [ -e ${GOOD} ] || leave ${String(EXIT.ungood)}
  if ! loaded ${GOOD} || { changed && ! committed; }; then
    discard > /dev/null 2>&1
    leave ${String(EXIT.lost)}
  fi
  leave ${String(EXIT.refused)}
}
keep() {
  touch "$own/saving"
  save ${BOOT_FILE} > "$own/save" 2>&1
  [ ! ${BOOT_FILE} -ot "$own/saving" ] || {
    cat "$own/save" >&2
    leave ${String(EXIT.unsaved)}
  }
}
configure
loaded "$own/new.boot" || go_back
if ! changed; then
  # Somebody may have saved something else.
  cmp -s ${BOOT_FILE} ${GOOD} || keep
  leave ${String(SAME)}
fi
committed || {
  if grep -Fqi 'locked due to another commit' "$own/commit"; then
    discard > /dev/null 2>&1
    leave ${String(EXIT.locked)}
  fi
  go_back
}
keep
leave 0
`;

/**
 * A whole change, run by systemd in the container's own cgroup: it has the devices of the container, which VyOS mounts its sessions with, and is not cut off in the middle
 * of a commit when whoever began it ends. Argument: the hash. Routes that were heard or sent already go through changed route-maps only when they are
 * heard and sent anew, which resets no session (RFC 2918).
 */
const CHANGE = `#!/bin/sh
umask 077
exec 9> ${OWN_LOCK}
flock 9
${RECORD}
${STAND_IN}
${STAND_DOWN}
change() {
  stand_in
  tries=0
  while :; do
    status=0
    sg vyattacfg -c ${OWN}/session || status=$?
    tries=$((tries + 10))
    [ "$status" -eq ${String(EXIT.locked)} ] && [ "$tries" -lt ${String(LOCK_TRIES)} ] || break
    sleep 1
  done
  stand_down
  case $status in
    0) vtysh -c 'clear bgp ipv4 unicast * soft' || : ;;
    ${String(SAME)}) ;;
    *)
      if [ -e ${BOOTING} ] && [ "$(cat ${BOOT_STATUS})" != 0 ]; then
        echo 'it did not take its boot file either: see /var/log/vyatta/vyos-boot-config-loader.log there'
      fi
      return "$status"
      ;;
  esac
  record "$1" || {
    echo 'what came of it could not be noted'
    return ${String(EXIT.unsaved)}
  }
}
ended=0
change "$1" > ${SAID} 2>&1 9>&- || ended=$?
rm -f ${OWN}/new.boot
echo "$ended" > ${ENDED}.new && mv ${ENDED}.new ${ENDED}
`;

/** Waits for whoever commits, then loads, commits and saves, if anything differs. */
export const configureScript = (hash: string): string => `
set -eu
umask 077
${CHANGING}
locked() { find /proc/[0-9]*/fd -maxdepth 1 -lname ${LOCK_FILE} 2>/dev/null | grep -q .; }
mkdir -p ${OWN}
tries=0
while locked || changing; do
  tries=$((tries + 1))
  [ "$tries" -lt ${String(LOCK_TRIES)} ] || exit ${String(EXIT.locked)}
  sleep 0.1
done
rm -f ${ENDED} ${SAID}
cat > ${OWN}/new.boot
cat > ${OWN}/session <<'END'
${SESSION}
END
cat > ${OWN}/change <<'END'
${CHANGE}
END
chmod 755 ${OWN}/session ${OWN}/change
systemd-run --quiet --collect --unit=hinge-change ${OWN}/change ${hash} >&2
tries=0
until [ -e ${ENDED} ]; do
  tries=$((tries + 1))
  [ "$tries" -lt ${String(CHANGE_TRIES)} ] || exit ${String(EXIT.slow)}
  sleep 0.1
done
cat ${SAID} >&2
ended=$(cat ${ENDED})
[ "$ended" -eq 0 ] || exit "$ended"
${FLUSH_ROUTES_BY_HAND}
${LOOK}
${REPORT}`;
