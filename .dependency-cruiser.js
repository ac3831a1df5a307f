/**
 * The layers of src/ and who may use which package. CONTRIBUTING.md explains them; test/architecture.test.ts
 * plants a violation of every rule to prove that it can fail.
 *
 * Stay on TypeScript 6 while this is dependency-cruiser 17: with TypeScript 7 it scans no module and exits 0.
 */

/** Each layer, and the layers besides itself that it may import. */
const layers = {
  api: [],
  core: ['api'],
  ports: ['api', 'core'],
  adapters: ['api', 'core', 'ports'],
  runtime: ['api', 'core', 'ports'],
  controllers: ['api', 'core', 'ports', 'runtime'],
  telemetry: ['api', 'core', 'ports'],
  server: ['api', 'core', 'ports', 'telemetry'],
  cli: ['api', 'core', 'ports', 'adapters', 'runtime', 'controllers', 'telemetry', 'server'],
};

/** Each package that src/ may import, and the parts of src/ that may import it. */
const packages = {
  '@noble/hashes': 'core/',
  'cli-table3': 'cli/',
  commander: 'cli/',
  diff: '(cli|core)/',
  dockerode: 'adapters/docker/',
  etcd3: 'adapters/etcd/',
  'fast-deep-equal': 'core/',
  fastify: 'server/',
  'ip-address': 'core/',
  leven: 'api/',
  'p-queue': '(adapters|runtime)/',
  pino: 'telemetry/',
  'prom-client': 'telemetry/',
  'tar-stream': 'adapters/(docker|image-file)/',
  yaml: '(api|cli)/',
  zod: '(api|adapters|cli|server)/',
};

/** Layers without effects of their own: what they need from outside comes in through a port. */
const pure = ['api', 'core', 'ports', 'controllers'];

const npmPath = (name) => `(^|/)node_modules/(@types/)?${name}/`;

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} imports ${allowed.length > 0 ? `only ${allowed.join(', ')} and itself` : 'only itself'}.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}));

const packageRules = Object.entries(packages).map(([name, home]) => ({
  name: `package-${name}`,
  comment: `Only src/${home} imports ${name}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${home}` },
  to: { path: npmPath(name) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: 'package-unlisted',
      comment: 'A package that src/ uses has a row in the table above, which says where.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '(^|/)node_modules/', pathNot: Object.keys(packages).map(npmPath) },
    },
    {
      name: 'pure-without-node',
      comment: 'These layers have no effects: no built-in module of Node.js.',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ports-types-only',
      comment: 'A port is a type: nothing that it imports may exist at run time.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-apart',
      comment: 'One outside system per adapter; what two of them share belongs in core or ports.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'adapters-from-wire',
      comment: 'Only the wiring chooses adapters; everything else sees ports.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/wire' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'product-apart',
      comment: 'The product never depends on its tests or its deployment.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(deploy|test)/' },
    },
    {
      name: 'no-circular',
      comment: 'No cycles, not even of types: one of the two nouns should not know the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, path: '^(src|deploy|test)/' },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that cannot be resolved cannot be checked.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
