import type { IConfiguration } from 'dependency-cruiser';

/*
 * Who may import whom. Each rule names what a part may import and refuses the rest, so that a new folder is refused until
 * it is given a place here.
 */

const TEST = String.raw`\.test\.ts$`;
const SIMULATOR = String.raw`^src/(simulator/|providers/[^/]+/simulator[^/]*\.ts$)`;
// One contract, with what it says of limits and of webhooks in files of their own.
const CONTRACT = String.raw`^src/providers/(contract|limits|webhook-contract)\.ts$`;
// What telemetry is told by, and what of an operation is known to all who work for it: types, and functions that need no package.
const TOLD = String.raw`^src/telemetry/(contract|trail)\.ts$`;
const DATABASE = '(^|node_modules/)(@prisma|prisma|pg|@electric-sql)/|^src/store/generated/|^(pg|prisma)$';

interface Place {
  /** The part, as a refusal calls it. */
  readonly name: string;
  /** What it may import, as a refusal says it. */
  readonly comment: string;
  readonly path: string;
  readonly pathNot?: readonly string[];
  /** The same for the machine, itself included. `$1` is the first group of `path`. */
  readonly mayImport: readonly string[];
}

const places: readonly Place[] = [
  { name: 'lib', comment: 'may import domain', path: '^src/lib/', mayImport: ['^src/(lib|domain)/'] },
  {
    name: 'provider',
    comment: 'may import its own folder, the contract, domain and lib',
    path: '^src/providers/([^/]+)/',
    pathNot: [SIMULATOR],
    mayImport: ['^src/providers/$1/', CONTRACT, '^src/(domain|lib)/'],
  },
  {
    name: 'provider-simulator',
    comment:
      'may import its wire.ts, src/simulator, domain and lib: with its map.ts, one mistake would agree with itself',
    path: String.raw`^src/providers/([^/]+)/simulator[^/]*\.ts$`,
    mayImport: [
      String.raw`^src/providers/$1/(wire|simulator)[^/]*\.ts$`,
      '^src/providers/$1/fixtures/',
      '^src/(simulator|domain|lib)/',
    ],
  },
  {
    name: 'simulator',
    comment: 'may import domain and lib',
    path: '^src/simulator/',
    mayImport: ['^src/(simulator|domain|lib)/'],
  },
  {
    name: 'contract',
    comment: 'may import domain and lib',
    path: CONTRACT,
    mayImport: ['^src/(domain|lib)/', CONTRACT],
  },
  {
    name: 'registry',
    comment: 'may import the contract and the index.ts of providers',
    path: String.raw`^src/providers/registry\.ts$`,
    mayImport: [String.raw`^src/providers/[^/]+/index\.ts$`, CONTRACT],
  },
  {
    name: 'around-providers',
    comment: 'may import the contract, its neighbours but the registry, domain and lib',
    path: String.raw`^src/providers/[^/]+\.ts$`,
    pathNot: [CONTRACT, String.raw`^src/providers/registry\.ts$`],
    mayImport: [String.raw`^src/providers/(?!registry)[^/]+\.ts$`, '^src/(domain|lib)/'],
  },
  {
    name: 'store',
    comment: 'may import domain, lib and Prisma',
    path: '^src/store/',
    mayImport: ['^src/(store|domain|lib)/'],
  },
  {
    name: 'sync',
    comment: 'may import types of the contract, what telemetry is told by, store, domain and lib',
    path: '^src/sync/',
    mayImport: ['^src/(sync|store|domain|lib)/', CONTRACT, TOLD],
  },
  {
    name: 'graphql',
    comment: 'may import types of the contract, what telemetry is told by, store, domain and lib',
    path: '^src/graphql/',
    mayImport: ['^src/(graphql|store|domain|lib)/', CONTRACT, TOLD],
  },
  {
    name: 'telemetry',
    // Whoever is told must not know who tells, or figures would come to lean on what they count.
    comment: 'may import its own folder, types of the contract, domain and lib',
    path: '^src/telemetry/',
    mayImport: ['^src/(telemetry|domain|lib)/', CONTRACT],
  },
  {
    name: 'config',
    comment: 'may import domain and lib',
    path: String.raw`^src/config[^/]*\.ts$`,
    mayImport: ['^src/(domain|lib)/', String.raw`^src/config[^/]*\.ts$`],
  },
  {
    name: 'app',
    comment: 'may import everything but a provider, the registry, simulators and the entries: modules are handed to it',
    path: String.raw`^src/(?!server|demo|config)[^/]+\.ts$`,
    mayImport: [
      '^src/(domain|lib|store|sync|graphql|telemetry)/',
      String.raw`^src/providers/(?!registry)[^/]+\.ts$`,
      String.raw`^src/(?!server|demo)[^/]+\.ts$`,
    ],
  },
  {
    name: 'server',
    // The entries own what a process owns: they open the store, and close it after the application.
    comment: 'may import the registry, config, app, lib, and the opening of the store and its keys',
    path: String.raw`^src/server[^/]*\.ts$`,
    mayImport: [
      String.raw`^src/providers/registry\.ts$`,
      String.raw`^src/store/(database|sealed-values|embedded/directory)\.ts$`,
      '^src/(lib|telemetry)/',
      String.raw`^src/(?!demo)[^/]+\.ts$`,
    ],
  },
  {
    name: 'demo',
    comment:
      'may import the registry, the contract, config, app, lib, src/simulator, and the opening of the store and its tokens',
    path: String.raw`^src/demo[^/]*\.ts$`,
    mayImport: [
      String.raw`^src/providers/(registry|contract)\.ts$`,
      String.raw`^src/store/(embedded/template|tokens)\.ts$`,
      '^src/(lib|simulator|telemetry)/',
      String.raw`^src/(?!server)[^/]+\.ts$`,
    ],
  },
];

const configuration: IConfiguration = {
  forbidden: [
    ...places.map(({ name, comment, path, pathNot = [], mayImport }) => ({
      name,
      comment,
      severity: 'error' as const,
      from: { path, pathNot: [TEST, ...pathNot] },
      to: { path: '^(src|test|bench|scripts)/', pathNot: [...mayImport] },
    })),
    {
      name: 'domain',
      comment: 'imports nothing, packages and Node included',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: TEST },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'nowhere',
      comment: 'a part that has no place in the import rules imports nothing; give it one',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/domain/', ...places.map(({ path }) => path)] },
      to: { path: '^src/' },
    },
    {
      name: 'island',
      comment: 'a provider knows no other provider, not in its tests or simulator either',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/$1/' },
    },
    {
      name: 'production',
      comment: 'nothing that is served imports a simulator or a test; the demo finds simulators by convention',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, SIMULATOR, String.raw`^src/demo[^/]*\.ts$`] },
      to: { path: [SIMULATOR, TEST] },
    },
    {
      name: 'database',
      comment: 'only the store talks to the database',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/store/'] },
      to: { path: DATABASE },
    },
    {
      name: 'packages',
      comment: 'what is served needs no development package',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'cycle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'nothing-there',
      comment: 'there is no such file or package',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no API that dependency-cruiser can read with; without this it would see no import and be content.
    parser: 'swc',
    doNotFollow: { path: ['node_modules', '^src/store/generated/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

export default configuration;
