import pg from 'pg';
import type { Points } from './points.ts';

/*
 * Migrations are applied before there is an application to hand anything to, so here it is the driver that is listened to: in this process,
 * which is a test's own.
 */

/** Passes a point before and after each statement that a migration consists of, named by what it does. */
export function watchMigrations(points: Points): void {
  const { prototype } = pg.Client;
  const query = prototype.query as (...given: unknown[]) => unknown;
  let scripts = 0;
  const nameOf = (text: string): string | null => {
    if (/pg_advisory_lock/.test(text)) return 'lock of migrations';
    if (/CREATE TABLE _prisma_migrations/i.test(text)) return 'table of migrations';
    if (/^\s*INSERT INTO/i.test(text)) return `beginning of migration ${scripts + 1}`;
    if (/^\s*UPDATE/i.test(text)) return `end of migration ${scripts}`;
    if (/^\s*(BEGIN|COMMIT)/i.test(text)) return `${text.trim().toLowerCase()} of migrations`;
    if (/CREATE (TABLE|FUNCTION)|ALTER TABLE/i.test(text)) {
      scripts += 1;
      return `script of migration ${scripts}`;
    }
    return null;
  };
  Object.assign(prototype, {
    query(this: pg.Client, ...given: unknown[]) {
      const [config] = given as [string | { readonly text?: string }];
      const name = nameOf(typeof config === 'string' ? config : (config.text ?? ''));
      if (name === null) return query.apply(this, given);
      points.pass(`before ${name}`);
      const after = (): void => points.pass(`after ${name}`);
      const answer = query.apply(
        this,
        given.map((one) => (typeof one === 'function' ? before(after, one) : one)),
      );
      // The statement is on its way, and nobody will hear its answer.
      points.pass(`during ${name}`);
      return answer instanceof Promise ? answer.finally(after) : answer;
    },
  });
}

/** That function, with something to be done before it. */
function before(first: () => void, then: unknown): (...given: unknown[]) => unknown {
  const call = then as (...given: unknown[]) => unknown;
  return (...given) => {
    first();
    return call(...given);
  };
}
