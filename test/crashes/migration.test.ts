import { afterAll, describe, expect, it } from 'vitest';
import { migrationsDirectory, readMigrations } from '../../src/store/migrations.ts';
import { databaseKinds } from '../helpers/database.ts';
import { createReleases, dieMigrating, pointsOfMigrating, wholeAfter } from './migrating.ts';
import { startCrashing } from './server.ts';

const releases = createReleases();
afterAll(() => releases.end());

// Its servers make a database from nothing, and the first ones compile everything.
const A_DEATH_MS = 90_000;

// `npm run battery` dies at each of them.
describe.each(databaseKinds)('a server that is killed while it brings its database up to date (%s)', (kind) => {
  it('passes these points, and no others', { timeout: A_DEATH_MS }, async () => {
    const { length } = await readMigrations(migrationsDirectory);
    for (const had of [0, 1]) {
      const server = await startCrashing({ store: await releases.of(kind, had), crashAt: null });
      expect((await server?.passed())?.toSorted()).toEqual(pointsOfMigrating(length - had, had === 0).toSorted());
      await server?.kill();
    }
  });

  it.each(['during script of migration 1', 'during commit of migrations', 'after commit of migrations'])(
    '%s: the next one does it, and keeps what there was',
    { timeout: A_DEATH_MS },
    async (point) => {
      expect(await dieMigrating(await releases.of(kind, 1), point)).toEqual(await wholeAfter(1));
    },
  );

  it('during script of migration 2 of a new database: the next one makes it', { timeout: A_DEATH_MS }, async () => {
    const point = 'during script of migration 2';
    expect(await dieMigrating(await releases.of(kind, 0), point)).toEqual(await wholeAfter(0));
  });
});
