/* What is run in the namespaces of containers, from the shell of a node's helper. */
import { quoted } from './shell.ts';

/** With the programs of the helper, in the container's network. */
const inNetwork = (pid: number, command: string): string => `nsenter -t ${String(pid)} -n ${command}`;

/** With the container's own programs. */
const inContainer = (pid: number, command: string): string =>
  `nsenter -t ${String(pid)} -m -n -u -i -p -- ${command}`;

/** A router's first configuration: all of it in one call, once the daemons answer (deploy/images/router-frr/README.md). */
export function configureScript(pid: number, configuration: string): string {
  const wait = 'until [ -e /run/hinge/ready ]; do sleep 0.05; done';
  const configure = 'vtysh -c "configure terminal" -c "$1" -c end -c "write memory"';
  return inContainer(pid, `sh -c ${quoted(`${wait}; exec ${configure}`)} sh ${quoted(configuration)}`);
}

export const defaultRouteScript = (pid: number, gateway: string): string =>
  inNetwork(pid, `ip route replace default via ${gateway}`);

/** Ends when BGP has brought so many routes into the kernel. */
export function learnedScript(pid: number, count: number): string {
  const routes = 'ip -4 route show proto bgp | wc -l';
  return inNetwork(
    pid,
    `sh -c ${quoted(`until [ "$(${routes})" -ge ${String(count)} ]; do sleep 0.05; done`)}`,
  );
}

/** Prints who answered, one address a line. */
export function traceScript(pid: number, to: string, hops: number): string {
  const trace = `traceroute -n -I -q 1 -w 1 -N 32 -m ${String(hops)} ${to}`;
  return `${inNetwork(pid, trace)} | awk 'NR > 1 { print $2 }'`;
}
