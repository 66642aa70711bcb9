import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { openDatabase } from '../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../src/store/tokens.ts';

const usage = `usage: npm run --silent token -- create --tenant NAME --scopes all|SCOPE[,SCOPE] [--name NAME]
scopes: ${allScopes.join(' ')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tenant: { type: 'string' }, scopes: { type: 'string' }, name: { type: 'string', default: 'cli' } },
});
const { tenant, scopes, name } = values;
const wanted = scopes === 'all' ? allScopes : (scopes ?? '').split(',');
const unknown = wanted.filter((scope) => !(allScopes as readonly string[]).includes(scope));

if (positionals.join(' ') !== 'create' || !tenant || !scopes || unknown.length > 0) {
  if (scopes && unknown.length > 0) process.stderr.write(`unknown scope: ${unknown.join(', ')}\n`);
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

// Joins a running server's embedded store through its socket: nothing has to be stopped for a token.
const { databaseUrl, dataDir } = readConfig(process.env).store;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock, attach: true });
try {
  const now = systemClock.now();
  const { id } = await ensureTenant(db, tenant, now);
  process.stdout.write(`${await createToken(db, id, { name, scopes: wanted, now })}\n`);
} finally {
  await db.close();
}
