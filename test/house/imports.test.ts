import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImports } from '../../scripts/check-imports.ts';

/** A house in good order: every part, importing all that it may. Each test adds one file that breaks a rule. */
const house: Readonly<Record<string, readonly string[]>> = {
  'src/domain/ids.ts': [],
  'src/domain/messaging.ts': ['./ids.ts'],
  'src/lib/clock.ts': ['../domain/ids.ts', 'node:timers'],
  'src/providers/contract.ts': ['../domain/ids.ts', '../lib/clock.ts'],
  'src/providers/guard.ts': ['./contract.ts', '../domain/ids.ts', '../lib/clock.ts'],
  'src/providers/registry.ts': ['./contract.ts', './acme/index.ts', './bravo/index.ts'],
  'src/providers/acme/wire.ts': [],
  'src/providers/acme/map.ts': ['./wire.ts', '../../domain/messaging.ts'],
  'src/providers/acme/index.ts': ['./map.ts', '../contract.ts', '../../lib/clock.ts'],
  'src/providers/acme/simulator-pages.ts': ['./wire.ts'],
  'src/providers/acme/simulator.ts': [
    './wire.ts',
    './simulator-pages.ts',
    '../../simulator/world.ts',
    '../../lib/clock.ts',
  ],
  'src/providers/acme/map.test.ts': ['./map.ts', './simulator.ts', '../../simulator/world.ts'],
  'src/providers/bravo/index.ts': ['../contract.ts'],
  'src/simulator/world.ts': ['../domain/ids.ts', '../lib/clock.ts'],
  'src/store/database.ts': ['../lib/clock.ts', './generated/client.ts'],
  'src/store/generated/client.ts': [],
  'src/store/tenants.ts': ['./database.ts'],
  'src/sync/ingest.ts': ['type ../providers/contract.ts', '../store/database.ts', '../lib/clock.ts'],
  'src/graphql/schema.ts': ['type ../providers/contract.ts', '../store/database.ts', '../lib/clock.ts'],
  'src/config.ts': ['./domain/ids.ts'],
  'src/app.ts': [
    './sync/ingest.ts',
    './graphql/schema.ts',
    './providers/guard.ts',
    './config.ts',
    './store/database.ts',
  ],
  'src/server.ts': ['./app.ts', './config.ts', './providers/registry.ts', './lib/clock.ts'],
  'src/demo.ts': ['./app.ts', './config.ts', './providers/registry.ts', './simulator/world.ts', './lib/clock.ts'],
};

/** What is refused, by row of the table: who, importing what, and the rule that says no. */
const refused: readonly (readonly [promise: string, file: string, imports: string, rule: string])[] = [
  ['the domain that imports lib', 'src/domain/bad.ts', '../lib/clock.ts', 'domain'],
  ['the domain that imports Node', 'src/domain/bad.ts', 'node:crypto', 'domain'],
  ['the domain that imports a package', 'src/domain/bad.ts', 'zod', 'domain'],
  ['lib that imports the contract', 'src/lib/bad.ts', '../providers/contract.ts', 'lib'],
  ['lib that imports the store', 'src/lib/bad.ts', '../store/database.ts', 'lib'],
  ['a provider that imports another provider', 'src/providers/acme/bad.ts', '../bravo/index.ts', 'island'],
  ["a provider's test that imports another provider", 'src/providers/acme/bad.test.ts', '../bravo/index.ts', 'island'],
  ['a provider that imports the registry', 'src/providers/acme/bad.ts', '../registry.ts', 'provider'],
  ['a provider that imports the guard', 'src/providers/acme/bad.ts', '../guard.ts', 'provider'],
  ['a provider that imports the store', 'src/providers/acme/bad.ts', '../../store/database.ts', 'provider'],
  ['a provider that imports sync', 'src/providers/acme/bad.ts', '../../sync/ingest.ts', 'provider'],
  ['a provider that imports graphql', 'src/providers/acme/bad.ts', '../../graphql/schema.ts', 'provider'],
  ['a provider that imports its simulator', 'src/providers/acme/bad.ts', './simulator.ts', 'production'],
  ['a provider that imports a test', 'src/providers/acme/bad.ts', './map.test.ts', 'production'],
  ['a simulator that imports its map', 'src/providers/acme/simulator-bad.ts', './map.ts', 'provider-simulator'],
  ['a simulator that imports its adapter', 'src/providers/acme/simulator-bad.ts', './index.ts', 'provider-simulator'],
  [
    'a simulator that imports the contract',
    'src/providers/acme/simulator-bad.ts',
    '../contract.ts',
    'provider-simulator',
  ],
  ['the shared simulator that imports a provider', 'src/simulator/bad.ts', '../providers/acme/wire.ts', 'simulator'],
  ['the guard that imports a provider', 'src/providers/throttle.ts', './acme/index.ts', 'around-providers'],
  ['the guard that imports the registry', 'src/providers/throttle.ts', './registry.ts', 'around-providers'],
  ['the store that imports the contract', 'src/store/bad.ts', '../providers/contract.ts', 'store'],
  ['the store that imports sync', 'src/store/bad.ts', '../sync/ingest.ts', 'store'],
  ['the store that imports graphql', 'src/store/bad.ts', '../graphql/schema.ts', 'store'],
  ['sync that imports graphql', 'src/sync/bad.ts', '../graphql/schema.ts', 'sync'],
  ['sync that imports a provider', 'src/sync/bad.ts', '../providers/acme/index.ts', 'sync'],
  ['sync that imports the registry', 'src/sync/bad.ts', '../providers/registry.ts', 'sync'],
  ['sync that imports values of the contract', 'src/sync/bad.ts', '../providers/contract.ts', 'only its types'],
  ['graphql that imports sync', 'src/graphql/bad.ts', '../sync/ingest.ts', 'graphql'],
  ['graphql that imports a provider', 'src/graphql/bad.ts', '../providers/acme/index.ts', 'graphql'],
  ['graphql that imports the registry', 'src/graphql/bad.ts', '../providers/registry.ts', 'graphql'],
  ['graphql that imports values of the contract', 'src/graphql/bad.ts', '../providers/contract.ts', 'only its types'],
  ['graphql that imports Prisma', 'src/graphql/bad.ts', '@prisma/client', 'database'],
  ["graphql that imports the store's Prisma client", 'src/graphql/bad.ts', '../store/generated/client.ts', 'database'],
  ['app that imports a provider', 'src/routes.ts', './providers/acme/index.ts', 'app'],
  ['app that imports the registry', 'src/routes.ts', './providers/registry.ts', 'app'],
  ['app that imports a simulator', 'src/routes.ts', './providers/acme/simulator.ts', 'production'],
  ['app that imports an entry', 'src/routes.ts', './server.ts', 'app'],
  ['the server that imports more of the store than its opening', 'src/server-bad.ts', './store/tenants.ts', 'server'],
  ['the server that imports a simulator', 'src/server-bad.ts', './simulator/world.ts', 'production'],
  ['the server that imports a provider', 'src/server-bad.ts', './providers/acme/index.ts', 'server'],
  ['the demo that imports a provider', 'src/demo-bad.ts', './providers/acme/index.ts', 'demo'],
  ['the demo that imports the store', 'src/demo-bad.ts', './store/database.ts', 'demo'],
  ['a file that imports a development package', 'src/graphql/bad.ts', 'vitest', 'packages'],
  [
    'a provider that re-exports another provider',
    'src/providers/acme/bad.ts',
    "export * from '../bravo/index.ts';",
    'island',
  ],
  [
    'a provider that imports another one later',
    'src/providers/acme/bad.ts',
    "await import('../bravo/index.ts');",
    'island',
  ],
  ['a provider that imports the types of another', 'src/providers/acme/bad.ts', 'type ../bravo/index.ts', 'island'],
  ['a file that imports what is not there', 'src/lib/bad.ts', './gone.ts', 'nothing-there'],
  ['a new part that has no place in the table', 'src/extra/bad.ts', '../store/database.ts', 'nowhere'],
];

const statement = (imported: string): string => {
  if (imported.endsWith(';')) return imported;
  return imported.startsWith('type ') ? `import type {} from '${imported.slice(5)}';` : `import {} from '${imported}';`;
};

describe('the import rules', () => {
  const trees: string[] = [];
  afterAll(() => {
    for (const top of trees) rmSync(top, { recursive: true });
  });

  /** The house with these files more, each importing what is listed. */
  const build = (more: Readonly<Record<string, readonly string[]>>): string => {
    const top = mkdtempSync(join(tmpdir(), 'parley-imports-'));
    trees.push(top);
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(top, 'node_modules'));
    writeFileSync(
      join(top, 'package.json'),
      '{ "dependencies": { "zod": "*" }, "devDependencies": { "vitest": "*" } }',
    );
    for (const [file, imports] of Object.entries({ ...house, ...more })) {
      mkdirSync(dirname(join(top, file)), { recursive: true });
      writeFileSync(join(top, file), `${imports.map(statement).join('\n')}\nexport const here = true;\n`);
    }
    return top;
  };

  it('let every part import what the table allows it', async () => {
    const { cruised, problems } = await checkImports(build({}));
    expect(problems).toEqual([]);
    expect(cruised).toBe(Object.keys(house).length - 1);
  });

  describe('refuse', () => {
    const place = (index: number): string => (refused[index]?.[1] ?? '').replace(/(?=(\.test)?\.ts$)/, `-${index}`);
    let problems: readonly string[];
    beforeAll(async () => {
      const files = refused.map(([, , imports], index) => [place(index), [imports]] as const);
      problems = (await checkImports(build(Object.fromEntries(files)))).problems;
    });

    it.each(refused.map((row, index) => [row[0], index, row[3]] as const))('%s', (_, index, rule) => {
      const told = problems.filter((problem) => problem.startsWith(`${place(index)} imports`));
      expect(told.join('\n')).toContain(`(${rule}`);
    });

    it('nothing else', () => {
      const places = refused.map((_, index) => place(index));
      expect(problems.filter((problem) => !places.some((file) => problem.startsWith(file)))).toEqual([]);
    });
  });

  it('refuse files that import each other, also by their types alone', async () => {
    const top = build({
      'src/lib/one.ts': ['./two.ts'],
      'src/lib/two.ts': ['type ./three.ts'],
      'src/lib/three.ts': ['./one.ts'],
    });
    const { problems } = await checkImports(top);
    expect(problems).not.toEqual([]);
    expect(problems.every((problem) => problem.includes('imports itself by way of'))).toBe(true);
  });

  it('are broken where a file was not cruised', async () => {
    const { problems } = await checkImports(build({}), { exclude: { path: '^src/app' } });
    expect(problems).toContain('src/app.ts was not cruised');
  });

  it('are broken where a file was cruised and none of its imports was seen', async () => {
    const { problems } = await checkImports(build({}), { exclude: { path: '^src/(?!app)' } });
    expect(problems).toContain('src/app.ts has imports, and none was seen');
  });
});
