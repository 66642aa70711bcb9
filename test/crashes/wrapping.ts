import type { App } from '../../src/app.ts';
import type { ProviderAdapter, ProviderModule } from '../../src/providers/contract.ts';
import type { Database } from '../../src/store/database.ts';
import { callerInSource, type Points } from './points.ts';

/*
 * Parts of the application, as they are, with a point before and one after everything that changes the world. Points are named by the
 * function of ours that asked: nothing in src knows of them.
 */

/** That database, with points around each commit, each write of a statement by itself, and each hint to other processes. */
export function watchedDatabase(db: Database, points: Points): Database {
  return {
    ...db,
    async transaction(run) {
      const name = callerInSource();
      const result = await db.transaction(async (tx) => {
        const done = await run(tx);
        points.pass(`before commit of ${name}`);
        return done;
      });
      points.pass(`after commit of ${name}`);
      return result;
    },
    prisma: watched(db.prisma, points),
    pool: replacing(db.pool, (name, method) =>
      name === 'query' ? (...given) => around(points, kindOfQuery(given[0]), () => method(...given)) : null,
    ),
  };
}

type Method = (...given: unknown[]) => unknown;

const ROW_WRITES = /^(create|update|upsert|delete)/;
const SQL_WRITES = /^\s*(insert|update|delete|with)\b/i;

/** Prisma's client, with points around what writes: tables' own methods, and SQL that is no mere reading. */
function watched<Part extends object>(part: Part, points: Points): Part {
  return replacing(part, (name, method, owner) => {
    if (name === '$executeRaw' || name === '$queryRaw')
      return (...given) => {
        const [strings] = given as [readonly string[]];
        const writes = name === '$executeRaw' || SQL_WRITES.test(strings[0] ?? '');
        return around(points, writes ? `write of ${callerInSource()}` : null, () => method(...given));
      };
    if (owner === part || !ROW_WRITES.test(name)) return null;
    return (...given) => around(points, `write of ${callerInSource()}`, () => method(...given));
  });
}

/** A hint to other processes, where a query is one. */
function kindOfQuery(query: unknown): string | null {
  return typeof query === 'string' && query.includes('pg_notify') ? 'publish' : null;
}

function around(points: Points, what: string | null, work: () => unknown): unknown {
  if (what === null) return work();
  points.pass(`before ${what}`);
  return Promise.resolve(work()).then((done) => {
    points.pass(`after ${what}`);
    return done;
  });
}

/** An object that is asked for its methods, and for those of its parts, in place of the real one. Null leaves a method as it is. */
function replacing<Part extends object>(
  part: Part,
  replace: (name: string, method: Method, owner: object) => Method | null,
): Part {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof name === 'symbol') return value;
      if (typeof value === 'function') {
        const method: Method = (...given) => Reflect.apply(value, target, given);
        return replace(name, method, target) ?? method;
      }
      const isTable = typeof value === 'object' && value !== null && 'findMany' in value;
      return isTable ? replacing(value, replace) : value;
    },
  });
}

/** That provider, with points around every call: after it the provider has done what was asked, and nothing was made of the answer yet. */
export function watchedModule(module: ProviderModule, points: Points): ProviderModule {
  return {
    ...module,
    budgetKey: (credentials) => module.budgetKey(credentials),
    connect: (credentials, deps) => watchedAdapter(module.connect(credentials, deps), points),
  };
}

function watchedAdapter(adapter: ProviderAdapter, points: Points): ProviderAdapter {
  const methods = Object.entries(adapter).map(([name, method]: [string, Method]) => [
    name,
    (...given: unknown[]) => around(points, `call of ${name}`, () => Reflect.apply(method, adapter, given)),
  ]);
  return Object.fromEntries(methods) as ProviderAdapter;
}

/** That application, with a point where an answer is ready and nobody has heard it: to callers, and to providers. */
export function watchedApp(app: App, points: Points): App {
  return {
    ...app,
    async fetch(request, cut) {
      const answer = await app.fetch(request, cut);
      const { pathname } = new URL(request.url);
      if (pathname === '/graphql') points.pass('before answer to a caller');
      if (pathname.startsWith('/webhooks/')) points.pass('before answer to a provider');
      return answer;
    },
  };
}
