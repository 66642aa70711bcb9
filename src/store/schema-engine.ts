import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { DiffTarget, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import type pg from 'pg';

/** Prisma's schema engine, as WebAssembly: nothing is downloaded. */
export interface Engine {
  /** Applies what is not yet in `_prisma_migrations`, and names it. */
  applyMigrations(list: MigrationList): Promise<readonly string[]>;
  /** The SQL that leads from one datamodel (null: an empty database) to another; null where they are equal. */
  diff(from: string | null, to: string): Promise<string | null>;
  close(): void;
}

// Compared by the engine with what it finds; we leave nothing to others.
const filters = { externalTables: [], externalEnums: [] };

/** Opens the engine over a database, or over none where only datamodels are compared. */
export async function openSchemaEngine(pool: pg.Pool | null): Promise<Engine> {
  engineModule ??= loadEngine();
  const { SchemaEngine } = await engineModule;
  const adapter = bindMigrationAwareSqlAdapterFactory(pool ? adapterOver(pool) : withoutDatabase);
  const engine: SchemaEngine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
  return {
    async applyMigrations(migrationsList) {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
      return appliedMigrationNames;
    },
    async diff(from, to) {
      const source: DiffTarget = from === null ? { tag: 'empty' } : datamodel(from);
      const result = await engine.diff({ from: source, to: datamodel(to), script: true, exitCode: true, filters });
      // As `prisma migrate diff --exit-code` answers: 2 where they differ.
      return result.exitCode === 2 ? result.stdout : null;
    },
    close: () => engine.free(),
  };
}

function datamodel(content: string): DiffTarget {
  return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] };
}

/** The adapter, but for scripts: it would cut them at every semicolon, also inside a function's body. */
function adapterOver(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    return adapter;
  };
  return factory;
}

const unavailable = () => Promise.reject(new Error('there is no database here'));

// The engine asks once, when it opens: is the schema there, and which version is it?
const withoutDatabase: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'without-database',
  connectToShadowDb: unavailable,
  connect: () =>
    Promise.resolve({
      provider: 'postgres',
      adapterName: 'without-database',
      queryRaw: () =>
        Promise.resolve({
          columnNames: ['exists', 'version', 'numeric_version'],
          columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
          rows: [[true, 'PostgreSQL 15.0', 150000]],
        }),
      executeRaw: unavailable,
      executeScript: unavailable,
      startTransaction: unavailable,
      dispose: () => Promise.resolve(),
    }),
};

// Once a process: its bindings are bound to one instance.
let engineModule: ReturnType<typeof loadEngine> | null = null;

// The package's own entry imports the module as Node still warns about.
async function loadEngine() {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const file = new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const { instance } = await WebAssembly.instantiate(await readFile(fileURLToPath(file)), {
    './schema_engine_bg.js': withIdleTimers(bindings),
  });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  return bindings;
}

/** The bindings with timers that do not keep the process: the one that limits the wait for a lock runs its 10 s in any case. */
function withIdleTimers(bindings: object): WebAssembly.ModuleImports {
  const imports = Object.entries(bindings).map(([name, value]) => {
    if (typeof value !== 'function' || !name.startsWith('__wbg_setTimeout_')) return [name, value];
    return [name, (...given: unknown[]) => value(...given).unref()];
  });
  return Object.fromEntries(imports);
}
