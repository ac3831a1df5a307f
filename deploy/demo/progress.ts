import type { Condition } from '../../src/api/status.ts';

type Conditions = ReadonlyMap<string, readonly Condition[]>;

const has = (conditions: readonly Condition[], type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === 'True');

/** True when there are `count` objects and all are Ready. */
export const allReady = (all: Conditions, count: number): boolean =>
  all.size === count && [...all.values()].every((conditions) => has(conditions, 'Ready'));

/** How far each kind is, in one line: `routers 23: Running 23 · Attached 12 …`. */
export function progressLine(all: Conditions): string {
  const of = (kind: string): (readonly Condition[])[] =>
    [...all].filter(([name]) => name.startsWith(kind)).map(([, conditions]) => conditions);
  const line = (kind: string, types: readonly string[]): string => {
    const objects = of(kind);
    const counts = types.map((type) => `${type} ${String(objects.filter((each) => has(each, type)).length)}`);
    return `${kind} ${String(objects.length)}: ${counts.join(' · ')}`;
  };
  return [
    line('routers', ['Running', 'Attached', 'Configured', 'Established']),
    line('paths', ['Linked', 'Proven']),
    line('experiments', ['Connected', 'Proven']),
  ].join('  |  ');
}

/** Says a line again only when it changed; on a terminal in place of the one before. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #last = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(line: string): void {
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\u001b[2K${line.slice(0, this.#out.columns - 1)}` : `  ${line}\n`);
  }

  done(): void {
    if (this.#out.isTTY && this.#last !== '') this.#out.write('\n');
    this.#last = '';
  }
}
