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
  /** Somebody else is committing. */
  locked: 75,
} as const;

/** Of the inner script: nothing differed. */
const SAME = 10;

/** VyOS locks its configuration by this file, and takes for locked what somebody has open, as its own scripts do. */
const LOCK_FILE = '/opt/vyatta/config/.lock';
/** Tenths of a second that a lock is waited for. */
const LOCK_TRIES = 150;

const REPORT = reportScriptFrom(
  { applied: APPLIED, running: RUNNING },
  `printf '%s\\n' "$summary"`,
  `printf '%s\\n' "$commands"`,
);

const LOOK = `summary=$(vtysh -c '${SUMMARY}') && commands=$(${SHOW_COMMANDS})`;

/** When VyOS has booted, its own script notes what came of it, a moment later. */
export const READ = `
tries=0
while [ -e ${BOOTING} ] && [ "$(cat ${BOOT_STATUS} 2>/dev/null)" = 0 ] && [ "$tries" -lt 30 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
[ -e ${BOOT_STATUS} ] && ${LOOK} || { echo booting; exit 0; }
${REPORT}`;

/**
 * Run by vbash, in the group that may change the configuration. What commit makes of its exit code differs by release: a session that differs still is
 * what tells. Some of a change may be there although the rest of it failed, so that the last good one is loaded whole.
 */
const CHANGE = `#!/bin/vbash
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
  if [ -e ${GOOD} ] && { ! loaded ${GOOD} || { changed && ! committed; }; }; then
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
  if grep -Eqi 'lock|another commit' "$own/commit"; then
    discard > /dev/null 2>&1
    leave ${String(EXIT.locked)}
  fi
  go_back
}
keep
leave 0
`;

/**
 * Waits for whoever commits, then loads, commits and saves, if anything differs. Routes that were heard or sent already go through changed route-maps only when they
 * are heard and sent anew, which resets no session (RFC 2918).
 */
export const configureScript = (hash: string): string => `
set -eu
umask 077
mkdir -p ${OWN}
cat > ${OWN}/new.boot
cat > ${OWN}/change <<'END'
${CHANGE}
END
chmod 755 ${OWN}/change
locked() { find /proc/[0-9]*/fd -maxdepth 1 -lname ${LOCK_FILE} 2>/dev/null | grep -q .; }
${RECORD}
tries=0
while :; do
  while locked; do
    tries=$((tries + 1))
    [ "$tries" -lt ${String(LOCK_TRIES)} ] || { rm -f ${OWN}/new.boot; exit ${String(EXIT.locked)}; }
    sleep 0.1
  done
  status=0
  sg vyattacfg -c ${OWN}/change >&2 || status=$?
  tries=$((tries + 10))
  [ "$status" -eq ${String(EXIT.locked)} ] && [ "$tries" -lt ${String(LOCK_TRIES)} ] || break
  sleep 1
done
rm -f ${OWN}/new.boot
case $status in
  0) vtysh -c 'clear bgp ipv4 unicast * soft' >&2 || : ;;
  ${String(SAME)}) ;;
  *)
    if [ -e ${BOOTING} ] && [ "$(cat ${BOOT_STATUS})" != 0 ]; then
      echo 'it did not take its boot file either: see /var/log/vyatta/vyos-boot-config-loader.log there' >&2
    fi
    exit "$status"
    ;;
esac
${FLUSH_ROUTES_BY_HAND}
record ${hash} || {
  echo 'what came of it could not be noted' >&2
  exit ${String(EXIT.unsaved)}
}
${LOOK}
${REPORT}`;
