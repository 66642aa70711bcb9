import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createSealer, type Sealer } from '../src/lib/seal.ts';
import { keptSecretKey } from '../src/secret-key.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { keepDays, setKeepDays } from '../src/store/retention.ts';
import { findTenant } from '../src/store/tokens.ts';
import { listTombstones, type TombstoneList } from '../src/store/tombstones.ts';
import { eraseAgain } from '../src/sync/erasure.ts';

const usage = `usage: npm run --silent people -- keep --tenant NAME [--days DAYS|forever]   how long messages are kept; servers may run
       npm run --silent people -- tombstones --tenant NAME > FILE            what a restored backup has to be told
       npm run --silent people -- erase-again --tenant NAME --file FILE      erases in a restored backup whoever was erased since`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tenant: { type: 'string' }, days: { type: 'string' }, file: { type: 'string' } },
});
const MOST_DAYS = 36_500;

interface Place {
  readonly db: Database;
  readonly tenantId: TenantId;
  readonly sealer: Sealer;
}

const commands: Readonly<Record<string, (place: Place) => Promise<string>>> = {
  async keep({ db, tenantId }) {
    if (values.days) await setKeepDays(db, tenantId, values.days === 'forever' ? null : Number(values.days));
    const days = await keepDays(db, tenantId);
    return `${values.tenant} keeps messages ${days === null ? 'for ever' : `for ${days} days`}`;
  },
  tombstones: async ({ db, tenantId }) => JSON.stringify(await listTombstones(db, tenantId)),
  async 'erase-again'({ db, tenantId, sealer }) {
    const list = JSON.parse(await readFile(values.file ?? '', 'utf8')) as TombstoneList;
    const parts = { db, sealer, clock: systemClock, wakes: { notify: () => undefined } };
    const count = await eraseAgain(parts, tenantId, list);
    return `${count} people were erased again; nothing else of theirs is taken in any more`;
  },
};

const fault = faultOf(positionals);
if (fault !== null) {
  process.stderr.write(`${fault}${usage}\n`);
  process.exit(2);
}

// Joins a running server's embedded store through its socket: nothing has to be stopped.
const { databaseUrl, dataDir, secretKey, oldSecretKeys } = readConfig(process.env).store;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock, attach: true });
try {
  const tenant = await findTenant(db, values.tenant ?? '');
  if (!tenant) throw new Error(`there is no tenant ${values.tenant}`);
  const sealer = createSealer({ current: secretKey ?? (await keptSecretKey(dataDir)), previous: oldSecretKeys });
  const told = await commands[positionals[0] ?? '']?.({ db, tenantId: tenant.id, sealer });
  process.stdout.write(`${told}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await db.close();
}

/** Null where the command line is as it should be. */
function faultOf([command, ...rest]: readonly string[]): string | null {
  if (!command || !Object.hasOwn(commands, command) || rest.length > 0 || !values.tenant) return '';
  if (command === 'erase-again' && !values.file) return '';
  const days = Number(values.days ?? 1);
  const isSound = values.days === 'forever' || (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS);
  return isSound ? null : `days are 1 to ${MOST_DAYS}, or forever\n`;
}
