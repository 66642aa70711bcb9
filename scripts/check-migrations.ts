/** Fails where prisma/schema.prisma has moved on from the last migration. */
import { schemaChange } from '../src/store/schema-change.ts';

const sql = await schemaChange();
if (sql !== null) {
  console.error(`prisma/schema.prisma has no migration for:\n\n${sql}\nWrite one: npm run db:migration -- <name>`);
  process.exitCode = 1;
}
