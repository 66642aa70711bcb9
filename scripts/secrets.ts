import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createSealer, type Sealer } from '../src/lib/seal.ts';
import { keptSecretKey } from '../src/secret-key.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { keyUses, rotateKeys } from '../src/store/sealed-values.ts';

const usage = `usage: npm run --silent secrets -- status    counts sealed values by key
       npm run --silent secrets -- rotate    seals everything anew under PARLEY_SECRET_KEY; servers may run
       npm run --silent secrets -- forget    says whether old keys may be taken out of PARLEY_SECRET_KEYS_OLD`;

const commands: Readonly<Record<string, (db: Database, sealer: Sealer) => Promise<string>>> = {
  async status(db, sealer) {
    const lines = (await keyUses(db)).map(
      ({ keyId, count }) => `${keyId}  ${standing(sealer, keyId)}  ${count} values`,
    );
    return lines.join('\n') || 'nothing is sealed yet';
  },
  async rotate(db, sealer) {
    const count = await rotateKeys(db, sealer);
    return `${count} values are sealed anew under key ${sealer.currentKeyId}`;
  },
  async forget(db, sealer) {
    const others = (await keyUses(db)).filter(({ keyId }) => keyId !== sealer.currentKeyId);
    if (others.length === 0)
      return 'no value needs an old key: once every server has the new PARLEY_SECRET_KEY, take the old ones out of PARLEY_SECRET_KEYS_OLD';
    const ids = others.map(({ keyId, count }) => `${keyId} (${count} values)`).join(', ');
    throw new Error(`still in use: ${ids}; run rotate first`);
  },
};

const [command = '', ...rest] = process.argv.slice(2);
const run = Object.hasOwn(commands, command) && rest.length === 0 ? commands[command] : undefined;
if (!run) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

// Joins a running server's embedded store through its socket: nothing has to be stopped.
const { databaseUrl, dataDir, secretKey, oldSecretKeys } = readConfig(process.env).store;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock, attach: true });
try {
  const current = secretKey ?? (await keptSecretKey(dataDir));
  process.stdout.write(`${await run(db, createSealer({ current, previous: oldSecretKeys }))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await db.close();
}

function standing(sealer: Sealer, keyId: string): string {
  if (keyId === sealer.currentKeyId) return 'current';
  return sealer.keyIds.includes(keyId) ? 'old' : 'MISSING';
}
