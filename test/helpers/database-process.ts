/**
 * A process of its own on a data directory, for tests: `own` opens the database and stays until its input closes; `attach`
 * joins the server that has it open and writes 100 entries. Arguments: the data directory, the migrations, what to do.
 */
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/store/database.ts';

const [dataDir = '', migrations = '', task] = process.argv.slice(2);
const db = await openDatabase({ url: null, dataDir, migrations, clock: systemClock, attach: task === 'attach' });

if (task === 'attach') {
  for (let id = 10_000; id < 10_100; id++)
    await db.transaction((tx) => tx.$executeRaw`INSERT INTO entry VALUES (${id}, 'attached')`);
  await db.close();
  process.stdout.write('written\n');
} else {
  process.stdout.write('open\n');
  process.stdin.resume().once('end', () => db.close());
}
