import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { openDatabase } from '../src/store/database.ts';
import { renewEpochs } from '../src/store/epochs.ts';

const { values } = parseArgs({ options: { tenant: { type: 'string' } } });
const { tenant = null } = values;

// Joins a running server's embedded store through its socket: it notices within seconds.
const { databaseUrl, dataDir } = readConfig(process.env).store;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock, attach: true });
try {
  const count = await renewEpochs(db, tenant);
  if (tenant !== null && count === 0) {
    process.stderr.write(`there is no tenant ${tenant}\n`);
    process.exitCode = 1;
  } else {
    const whose = tenant ?? `${count} ${count === 1 ? 'tenant' : 'tenants'}`;
    process.stdout.write(`a new epoch for ${whose}: whoever comes with an older cursor is told to read anew\n`);
  }
} finally {
  await db.close();
}
