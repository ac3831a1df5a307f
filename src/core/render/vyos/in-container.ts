import type { ContainerFile } from '../../plan/container-form.ts';
import type { ConfigurationText } from '../text.ts';

/** Where VyOS has its configuration, also as `/config`. */
const CONFIG = '/opt/vyatta/etc/config';
/** What it reads when it boots, and saves. */
export const BOOT_FILE = `${CONFIG}/config.boot`;
/** What hinge knows of this container, beside it: as lasting as what VyOS saves. */
export const OWN = `${CONFIG}/hinge`;
/** Hash of the configuration that hinge applied last. */
export const APPLIED = `${OWN}/applied`;
/** VyOS's own words for what came of it: set commands. */
export const RUNNING = `${OWN}/running`;
/** What was saved then: what a change that fails is taken back to. */
export const GOOD = `${OWN}/good.boot`;
/** Hash of what is in the boot file, until VyOS has taken it. */
export const BOOTING = `${OWN}/boot`;
/** 0 once it has; anything else: it has not. */
export const BOOT_STATUS = '/tmp/vyos-config-status';

export const SHOW_COMMANDS = '/opt/vyatta/bin/vyatta-op-cmd-wrapper show configuration commands';

/** A function of shell: `record HASH` notes that this configuration runs and is saved. */
export const RECORD = `
record() {
  (
    umask 077
    exec 8> ${OWN}/recording && flock 8
    ${SHOW_COMMANDS} > ${RUNNING}.new || exit 1
    cp ${BOOT_FILE} ${GOOD}.new && mv ${GOOD}.new ${GOOD} && mv ${RUNNING}.new ${RUNNING} && echo "$1" > ${APPLIED}.new &&
      mv ${APPLIED}.new ${APPLIED} && rm -f ${BOOTING}
  )
}`;

/** There while what VyOS boots from is what hinge had it save. */
const SAME = `${OWN}/same`;

/** VyOS runs it before it boots: what an earlier boot has left tells nothing of this one. */
const BEFORE_BOOT = `#!/bin/sh
# By hinge.
rm -f ${BOOT_STATUS} ${SAME}
! cmp -s ${BOOT_FILE} ${GOOD} || touch ${SAME}
`;

/**
 * VyOS runs it when it has booted: what runs then is what hinge wrote, and what VyOS has added to it by itself; anything else from then on is a change
 * by hand.
 */
const AFTER_BOOT = `#!/bin/sh
# By hinge: notes what came of the configuration that the container was made with, or that hinge has saved.
[ "$(cat ${BOOT_STATUS})" = 0 ] || exit 0
${RECORD}
if [ -e ${BOOTING} ]; then record "$(cat ${BOOTING})"; elif [ -e ${SAME} ]; then record "$(cat ${APPLIED})"; fi
`;

/** Group of VyOS's, vyattacfg, that may change the configuration. */
const GROUP = 102;
const SCRIPTS = `${CONFIG}/scripts`;
const UNITS = '/etc/systemd/system';

const directory = (path: string): ContainerFile => ({ path, type: 'directory', mode: 0o2775, group: GROUP });
const file = (path: string, mode: number, text: string): ContainerFile => ({
  ...{ path, type: 'file', mode, group: GROUP, text },
});

/** What a container is to have in it before it starts. @param configuration with passwords. */
export const bootFiles = ({ text, hash }: ConfigurationText): readonly ContainerFile[] => [
  ...[CONFIG, SCRIPTS, OWN].map(directory),
  file(BOOT_FILE, 0o660, text),
  file(BOOTING, 0o600, `${hash}\n`),
  file(`${SCRIPTS}/vyos-preconfig-bootup.script`, 0o755, BEFORE_BOOT),
  file(`${SCRIPTS}/vyos-postconfig-bootup.script`, 0o755, AFTER_BOOT),
  // There is no terminal to ask for a name at, and no kernel of its own to audit.
  ...['getty@.service', 'auditd.service'].map((unit): ContainerFile => ({
    ...{ path: `${UNITS}/${unit}`, type: 'link', to: '/dev/null' },
  })),
];
