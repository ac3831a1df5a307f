import type { DeviceChange, ObservedDevice } from '../../core/diff/devices.ts';
import type { RouterInterface } from '../../core/diff/observed-router.ts';
import type { DeviceConsole } from '../../ports/device-console.ts';
import type { Fleet } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import { interfacesOf } from './addresses.ts';
import { devicesOf } from './devices.ts';
import { outputOf } from './run-in.ts';

const TIMEOUT_MS = 10_000;

/** Prints what does not work; the namespace ends with the command. */
const TRY = `
ip link add name bridge0 type bridge || echo bridge
ip link add name vxlan0 type vxlan id 1 local 127.0.0.1 dstport 4790 || { echo vxlan; exit 0; }
ip link add link vxlan0 name macvlan0 type macvlan mode passthru || echo macvlan`;

/** Arguments: lines for ip, then interfaces. The helper's own /proc/sys is read-only; one that is mounted anew is that of the namespace. */
const CHANGE = `
printf '%s' "$1" | ip -batch -
shift
mount -t proc proc /proc
for device; do
  file=/proc/sys/net/ipv6/conf/$device/disable_ipv6
  [ ! -e "$file" ] || echo 0 > "$file"
done`;

/** iproute2 of the node helper's own image, in the workload's network namespace. */
export class NamespaceDeviceConsole implements DeviceConsole {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async lacking(target: ConsoleTarget): Promise<readonly string[]> {
    const argv = ['unshare', '-n', 'sh', '-uc', TRY];
    const text = await outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS });
    return text.split('\n').filter((line) => line !== '');
  }

  async read(target: ConsoleTarget): Promise<readonly ObservedDevice[]> {
    return devicesOf(await this.#addresses(target));
  }

  async interfaces(target: ConsoleTarget): Promise<readonly RouterInterface[]> {
    return interfacesOf(await this.#addresses(target));
  }

  async #addresses(target: ConsoleTarget): Promise<string> {
    const argv = ['ip', '-json', '-details', 'address', 'show'];
    return outputOf(this.#fleet, target, { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS });
  }

  async change(target: ConsoleTarget, { lines, ipv6 }: DeviceChange): Promise<void> {
    const batch = lines.map((line) => `${line}\n`).join('');
    const argv = ['unshare', '-m', 'sh', '-euc', CHANGE, 'sh', batch, ...ipv6];
    const command = { namespaces: 'net', argv, timeoutMs: TIMEOUT_MS, changes: true } as const;
    await outputOf(this.#fleet, target, command);
  }
}
