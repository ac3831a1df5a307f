import type { DeviceChange, ObservedDevice, Vxlan } from '../../../src/core/diff/devices.ts';
import type { ObservedSegments, SegmentChange } from '../../../src/core/diff/segments.ts';
import { DockerError } from '../../../src/core/failure.ts';
import { entryTexts, type KernelEntry } from '../../../src/core/render/segments.ts';

/** The interfaces by which a kernel is reached: those that Docker has made, by name. */
type Plugged = ReadonlySet<string>;

interface Entry extends KernelEntry {
  /** Interface without which it is gone; undefined: none. */
  readonly device: string | undefined;
}

/** The network namespace of a container: takes the lines that hinge writes for `ip -batch`, and no others. */
export class ModelKernel {
  readonly #entries = new Map<string, Entry>();
  readonly #addresses: string[] = [];
  readonly #open = new Set<string>();
  readonly #devices = new Map<string, ObservedDevice>();
  #source = '::';
  #filter = '';

  segments(plugged: Plugged): ObservedSegments {
    for (const [key, { device }] of this.#entries)
      if (device !== undefined && !plugged.has(device)) this.#entries.delete(key);
    return {
      entries: [...this.#entries.values()].map(({ key, text }) => ({ key, text })),
      addresses: [...this.#addresses],
      source: this.#source,
      open: [...this.#open].filter((device) => plugged.has(device)),
      filter: this.#filter,
    };
  }

  /** @returns the filter table. */
  changeSegments({ open, remove, put, source, filter }: SegmentChange, plugged: Plugged): string {
    for (const device of open) this.#open.add(device);
    for (const line of remove) this.#remove(line);
    for (const line of put) this.#put(line, plugged);
    this.#source = source ?? this.#source;
    // An empty table is none.
    if (filter !== undefined) this.#filter = filter.includes('chain') ? filter : '';
    return this.#filter;
  }

  get devices(): readonly ObservedDevice[] {
    return [...this.#devices.values()];
  }

  changeDevices({ lines, ipv6 }: DeviceChange): void {
    for (const line of lines) this.#changeDevice(line);
    for (const name of ipv6)
      this.#alter(name, ({ addresses }) => ({ addresses: [...addresses, 'fe80::1/64'] }));
  }

  #remove(line: string): void {
    const words = line.split(' ');
    const [kind, , what = ''] = words;
    if (kind === 'address') this.#addresses.splice(this.#addresses.indexOf(what.replace(/\/128$/, '')), 1);
    else if (kind === 'neigh') this.#entries.delete(`neighbor ${what} ${after(words, 'dev')}`);
    else if (kind === 'rule') this.#entries.delete(`rule ${after(words, 'fwmark')}`);
    else if (what === 'default') this.#entries.delete(`table ${after(words, 'table')}`);
    else this.#entries.delete(`route ${what}`);
  }

  #put(line: string, plugged: Plugged): void {
    const words = line.split(' ');
    const [kind, , what = ''] = words;
    const device = after(words, 'dev');
    if (kind === 'address') {
      this.#addresses.push(what.replace(/\/128$/, ''));
      return;
    }
    if (kind !== 'rule' && !plugged.has(device)) throw refused(line, 'Cannot find device');
    const bare = what.replace(/\/(32|128)$/, '');
    const entry = (): KernelEntry => {
      if (kind === 'neigh') return entryTexts.neighbor(what, device, after(words, 'lladdr'));
      if (kind === 'rule') return entryTexts.rule(after(words, 'fwmark'), after(words, 'lookup'));
      if (what === 'default')
        return entryTexts.segments(after(words, 'table'), after(words, 'segs').split(','), device);
      if (words.includes('seg6local')) return entryTexts.sid(bare, after(words, 'action'), device);
      return entryTexts.hop(bare, after(words, 'via'), device);
    };
    const made = entry();
    this.#entries.set(made.key, { ...made, device: kind === 'rule' ? undefined : device });
  }

  #changeDevice(line: string): void {
    const words = line.split(' ');
    const [object, verb] = words;
    const name = after(words, 'dev') || after(words, 'name');
    if (object === 'address') {
      const address = words[2] ?? '';
      this.#alter(name, ({ addresses }) => ({
        addresses: verb === 'add' ? [...addresses, address] : addresses.filter((one) => one !== address),
      }));
    } else if (verb === 'add') this.#add(line, words, name);
    else if (verb === 'delete') {
      this.#alter(name, () => ({}));
      this.#devices.delete(name);
      for (const upper of this.devices) if (upper.link === name) this.#devices.delete(upper.name);
      for (const port of this.devices)
        if (port.master === name) this.#alter(port.name, () => ({ master: undefined }));
    } else if (words.includes('mtu')) this.#alter(name, () => ({ mtu: Number(after(words, 'mtu')) }));
    else if (words.includes('master')) this.#alter(name, () => ({ master: after(words, 'master') }));
    else if (words.includes('address')) this.#alter(name, () => ({ mac: after(words, 'address') }));
    else if (words.at(-1) === 'up') this.#alter(name, () => ({ up: true }));
    else if (!/ (addrgenmode none|learning off)$/.test(line)) throw refused(line, 'not known to the model');
  }

  #add(line: string, words: readonly string[], name: string): void {
    if (this.#devices.has(name)) throw refused(line, 'File exists');
    const link = after(words, 'link', 2) || undefined;
    if (link !== undefined && !this.#devices.has(link)) throw refused(line, 'Cannot find device');
    const kind = after(words, 'type');
    const vxlan: Vxlan | undefined =
      kind === 'vxlan'
        ? {
            id: Number(after(words, 'id')),
            local: after(words, 'local'),
            remote: after(words, 'remote') || undefined,
            port: Number(after(words, 'dstport')),
          }
        : undefined;
    const mac = after(words, 'address');
    const master = undefined;
    this.#devices.set(name, { name, kind, vxlan, link, master, mtu: 1500, mac, addresses: [], up: false });
  }

  #alter(name: string, change: (device: ObservedDevice) => Partial<ObservedDevice>): void {
    const device = this.#devices.get(name);
    if (device === undefined) throw refused(name, 'Cannot find device');
    this.#devices.set(name, { ...device, ...change(device) });
  }
}

/** The word after another one; empty: that is not there. @param from where to begin to look */
function after(words: readonly string[], word: string, from = 0): string {
  const at = words.indexOf(word, from);
  return at < 0 ? '' : (words[at + 1] ?? '');
}

const refused = (line: string, why: string): DockerError => new DockerError('rejected', `${line}: ${why}`);
