import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import type { Condition } from '../../src/api/status.ts';
import type { Lab } from '../lab/lab.ts';

const PLURALS = { Router: 'routers', Path: 'paths', Experiment: 'experiments' } as const;

interface Written {
  /** Below the prefix, such as `routers/vyos-57`. */
  readonly name: string;
  readonly json: string;
}

/** The objects of an example, in the order of its files: routers, paths, experiments. */
export function readExample(directory: string): readonly Written[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
  const objects = files
    .flatMap((file) => parseAllDocuments(readFileSync(path.join(directory, file), 'utf8')))
    .map((document) => document.toJS() as { kind: keyof typeof PLURALS; metadata: { name: string } });
  const order = Object.keys(PLURALS);
  return objects
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
    .map((object) => ({
      name: `${PLURALS[object.kind]}/${object.metadata.name}`,
      json: JSON.stringify(object),
    }));
}

/** The program as `npm run build` makes it. */
const HINGE = path.resolve('dist/cli/main.js');

/** What users do with etcdctl, done with etcdctl. */
export class DemoTestbed {
  readonly #env: Readonly<Record<string, string>>;

  constructor(lab: Lab) {
    this.#env = lab.env;
  }

  async put(object: Written): Promise<void> {
    await this.#etcdctl('put', `/hinge/desired/${object.name}`, object.json);
  }

  async del(object: Written): Promise<void> {
    await this.#etcdctl('del', `/hinge/desired/${object.name}`);
  }

  /** Confirms all deletions that are held. @returns what hinge says. */
  async confirm(): Promise<readonly string[]> {
    const { all } = await execa(process.execPath, [HINGE, 'confirm', '--yes'], {
      env: this.#env,
      stdin: 'ignore',
      all: true,
    });
    return all.split('\n');
  }

  /** Conditions of every object that has a status, by name such as `routers/vyos-57`. */
  async conditions(): Promise<ReadonlyMap<string, readonly Condition[]>> {
    const text = await this.#etcdctl('get', '--prefix', '/hinge/status/', '--write-out=json');
    const { kvs = [] } = JSON.parse(text) as { kvs?: readonly { key: string; value: string }[] };
    return new Map(
      kvs.map(({ key, value }) => [
        decoded(key).replace('/hinge/status/', ''),
        (JSON.parse(decoded(value)) as { conditions: readonly Condition[] }).conditions,
      ]),
    );
  }

  async #etcdctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa('etcdctl', args, { env: this.#env, stdin: 'ignore' });
    return stdout;
  }
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();
