import type { RouterInterface, RouterState } from '../../core/diff/observed-router.ts';
import { bareIn, interfacesOf, sourceIn } from './addresses.ts';
import { devicesOf } from './devices.ts';

/*
 * What hinge's router images have in common, whatever routes in them: where they say that they are ready, where hinge notes what it applied, and
 * the kernel's part of a router's state.
 */

export const READ_TIMEOUT_MS = 10_000;
/** FRR compares and applies line by line. */
export const CONFIGURE_TIMEOUT_MS = 60_000;

/** Hash of the configuration that hinge applied last. */
export const APPLIED = '/run/hinge/applied';
/** The running configuration that came of it. */
export const RUNNING = '/run/hinge/running';
/** Made by the image's supervisor when all daemons answer. */
export const READY = '/run/hinge/ready';

/** Between the parts of what a script prints. */
const MARK = '--- hinge ---';

/**
 * Routes that no daemon has made have the protocol boot: they were made by hand, and take packets elsewhere than BGP says. The default route is
 * in neither half: it may be Docker's.
 */
const eachHalf = (verb: 'show' | 'flush'): string =>
  ['0.0.0.0/1', '128.0.0.0/1'].map((half) => `ip -4 route ${verb} root ${half} proto boot`).join('; ');

export const FLUSH_ROUTES_BY_HAND = `{ ${eachHalf('flush')}; } >&2`;

/** Lines of shell that print a state. @param parts what further to run, each for a part of its own. */
export const reportScript = (...parts: readonly string[]): string =>
  reportScriptFrom({ applied: APPLIED, running: RUNNING }, ...parts);

/** The same, of an image that has these files elsewhere. */
export const reportScriptFrom = (
  { applied, running }: { readonly applied: string; readonly running: string },
  ...parts: readonly string[]
): string => `
echo ready
cat ${applied} 2>/dev/null || :
${[`cat ${running} 2>/dev/null || :`, 'ip -json -details address show', eachHalf('show'), ...parts]
  .map((part) => `echo '${MARK}'\n${part}`)
  .join('\n')}
`;

/** Before a change: the daemons of a container that has just started may not answer yet. */
export const WAIT_FOR_READY = `
tries=0
until [ -e ${READY} ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || { echo "the routing daemons did not start within 30 s" >&2; exit 1; }
  sleep 0.1
done`;

/** What `reportScript` has printed. */
export interface Report {
  readonly appliedHash: string | undefined;
  /** The running configuration after hinge's last change. */
  readonly stored: string;
  /** As lines of drift. */
  readonly routesByHand: readonly string[];
  readonly kernel: Pick<RouterState, 'interfaces' | 'segmentSource' | 'devices'>;
  /** Of interfaces without an IPv4 address: names and hardware addresses. */
  readonly bare: readonly Pick<RouterInterface, 'name' | 'mac'>[];
  /** What the further parts printed. */
  readonly parts: readonly string[];
}

/** @returns undefined: it is not ready. */
export function reportIn(text: string): Report | undefined {
  const [head = '', stored = '', addresses = '[]', byHand = '', ...parts] = text.split(`${MARK}\n`);
  const [ready, hash = ''] = head.split('\n');
  if (ready !== 'ready') return undefined;
  const devices = devicesOf(addresses);
  return {
    appliedHash: hash === '' ? undefined : hash,
    stored: stored.trim(),
    routesByHand: linesOf(byHand).map((line) => `+ ip route add ${line}`),
    kernel: {
      interfaces: interfacesOf(addresses),
      ...sourceIn(addresses),
      ...(devices.length > 0 && { devices }),
    },
    bare: bareIn(addresses),
    parts,
  };
}

export const NOT_READY: RouterState = {
  ready: false,
  appliedHash: undefined,
  drift: [],
  sessions: [],
  interfaces: [],
};

export const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
