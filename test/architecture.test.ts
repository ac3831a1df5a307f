import { readdir } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../deploy/gates/gates.ts';
import { type PlantedTree, plantTree } from './support/planted-tree.ts';

/** Dependency-cruiser's JSON report, as far as it is needed. */
interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
  };
}

/** For each rule of .dependency-cruiser.js a file that breaks it. */
const violations: Readonly<Record<string, readonly [file: string, source: string]>> = {
  'layer-api': ['src/api/a.ts', "import '../core/good.ts';"],
  'layer-core': ['src/core/a.ts', "import '../adapters/etcd/good.ts';"],
  'layer-ports': ['src/ports/a.ts', "import type { A } from '../runtime/good.ts';\nexport type B = A;"],
  'layer-adapters': ['src/adapters/etcd/a.ts', "import '../../controllers/good.ts';"],
  'layer-runtime': ['src/runtime/a.ts', "import '../adapters/etcd/good.ts';"],
  'layer-controllers': ['src/controllers/a.ts', "import '../adapters/etcd/good.ts';"],
  'layer-telemetry': ['src/telemetry/a.ts', "import '../runtime/good.ts';"],
  'layer-server': ['src/server/a.ts', "import '../controllers/good.ts';"],
  'layer-cli': ['src/cli/a.ts', "import '../nowhere.ts';"],
  'package-@noble/hashes': ['src/cli/noble.ts', "import '@noble/hashes/sha2.js';"],
  'package-cli-table3': ['src/server/table.ts', "import 'cli-table3';"],
  'package-commander': ['src/runtime/commander.ts', "import 'commander';"],
  'package-diff': ['src/runtime/lines.ts', "import 'diff';"],
  'package-dockerode': ['src/adapters/etcd/dockerode.ts', "import 'dockerode';"],
  'package-etcd3': ['src/adapters/docker/etcd.ts', "import 'etcd3';"],
  'package-fast-deep-equal': ['src/runtime/equal.ts', "import 'fast-deep-equal';"],
  'package-fastify': ['src/cli/fastify.ts', "import 'fastify';"],
  'package-ip-address': ['src/adapters/docker/ip.ts', "import 'ip-address';"],
  'package-leven': ['src/cli/leven.ts', "import 'leven';"],
  'package-p-queue': ['src/controllers/queue.ts', "import 'p-queue';"],
  'package-pino': ['src/runtime/pino.ts', "import 'pino';"],
  'package-prom-client': ['src/server/prom.ts', "import 'prom-client';"],
  'package-tar-stream': ['src/cli/tar.ts', "import 'tar-stream';"],
  'package-yaml': ['src/core/yaml.ts', "import 'yaml';"],
  'package-zod': ['src/core/zod.ts', "import type { z } from 'zod';\nexport type A = z.ZodType;"],
  'package-unlisted': ['src/cli/unlisted.ts', "import 'fast-check';"],
  'pure-without-node': ['src/core/node.ts', "import 'node:fs';"],
  'ports-types-only': ['src/ports/value.ts', "import { good } from '../core/good.ts';\nvoid good;"],
  'adapters-apart': ['src/adapters/docker/a.ts', "import '../etcd/good.ts';"],
  'adapters-from-wire': ['src/cli/apply.ts', "import '../adapters/etcd/good.ts';"],
  'product-apart': ['src/cli/test.ts', "import '../../test/good.ts';"],
  'no-circular': ['src/core/circle.ts', "import type { B } from './other-half.ts';\nexport type A = B;"],
  'no-orphans': ['src/core/orphan.ts', 'export const orphan = 1;'],
  'no-unresolvable': ['src/core/missing.ts', "import './missing-module.ts';"],
};

const planting = {
  ...Object.fromEntries(Object.values(violations)),
  'src/core/other-half.ts': "import type { A } from './circle.ts';\nexport type B = A;",
};

/** Files that keep every rule, one per layer. */
const good = {
  'vitest.config.ts': "import 'vitest/config';",
  'src/nowhere.ts': "import './api/good.ts';",
  'src/api/good.ts': "import 'zod';\nexport const good = 1;",
  'src/core/good.ts': "import '../api/good.ts';\nexport const good = 1;",
  'src/ports/good.ts': "import type { good } from '../core/good.ts';\nexport type Good = typeof good;",
  'src/adapters/etcd/good.ts': "import 'node:fs';\nimport 'etcd3';\nimport '../../core/good.ts';",
  'src/runtime/good.ts': "import 'p-queue';\nexport type A = string;",
  'src/controllers/good.ts': "import '../runtime/good.ts';\nimport '../core/good.ts';",
  'src/cli/wire.ts': "import '../adapters/etcd/good.ts';\nimport '../controllers/good.ts';",
  'test/good.ts': "import '../src/api/good.ts';",
  'deploy/good.ts': "import '../src/api/good.ts';",
};

const sources = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);

const [cruiser, ...cruiseArguments] = gate('layers').command;
const toJson = ['--output-type', 'json'];

describe('the layers of this tree', () => {
  let real: Cruise;
  beforeAll(async () => {
    const { stdout } = await execa(cruiser, [...cruiseArguments, ...toJson], {
      preferLocal: true,
      reject: false,
    });
    real = JSON.parse(stdout) as Cruise;
  });

  it('are checked in every module', async () => {
    const folders = await Promise.all(['src', 'deploy', 'test'].map(sources));
    const expected = [...folders.flat(), 'vitest.config.ts'];
    expect(expected.length).toBeGreaterThan(50);
    expect(real.modules.map((module) => module.source)).toEqual(expect.arrayContaining(expected));
  });

  it('have every module of src/ in one of them', async () => {
    const layers = real.summary.ruleSetUsed.forbidden
      .map((rule) => rule.name)
      .filter((name) => name.startsWith('layer-'))
      .map((name) => `src/${name.slice('layer-'.length)}/`);
    const outside = (await sources('src')).filter((file) => !layers.some((layer) => file.startsWith(layer)));
    expect(outside).toEqual([]);
  });

  it('have a planted violation for every rule', () => {
    const rules = real.summary.ruleSetUsed.forbidden.map((rule) => rule.name);
    expect(Object.keys(violations).toSorted()).toEqual(rules.toSorted());
  });

  it('name files in kebab-case', async () => {
    const folders = await Promise.all(['src', 'deploy', 'test'].map(sources));
    const odd = folders
      .flat()
      .filter((file) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(file));
    expect(odd).toEqual([]);
  });
});

describe('the layer gate', () => {
  let clean: PlantedTree;
  let planted: PlantedTree;
  let found: readonly (readonly [rule: string, file: string])[];
  beforeAll(async () => {
    clean = await plantTree(good);
    planted = await plantTree({ ...good, ...planting });
    const { output } = await planted.run(cruiser, ...cruiseArguments, ...toJson);
    found = (JSON.parse(output) as Cruise).summary.violations.map(({ rule, from }) => [rule.name, from]);
  });
  afterAll(() => Promise.all([clean.remove(), planted.remove()]));

  it('passes a tree that keeps the rules', async () => {
    const { exitCode, output } = await clean.run(cruiser, ...cruiseArguments);
    expect(output).toContain('no dependency violations found');
    expect(exitCode).toBe(0);
  });

  it('fails on a tree that does not', async () => {
    const { exitCode, output } = await planted.run(cruiser, ...cruiseArguments);
    expect(output).toContain('error pure-without-node: src/core/node.ts');
    expect(exitCode).not.toBe(0);
  });

  it.each(Object.entries(violations))('finds a violation of %s', (rule, [file]) => {
    expect(found).toContainEqual([rule, file]);
  });

  it('finds nothing in the files that keep the rules', () => {
    expect(found.filter(([, file]) => file in good)).toEqual([]);
  });
});
