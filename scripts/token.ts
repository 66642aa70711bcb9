import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { tenantScope } from '../src/store/scope.ts';
import { allScopes, createToken, ensureTenant, findTenant, listTokens, revokeToken } from '../src/store/tokens.ts';

const usage = `usage: npm run --silent token -- create --tenant NAME --scopes all|SCOPE[,SCOPE] [--name NAME] [--expires DAYS]
       npm run --silent token -- list --tenant NAME
       npm run --silent token -- revoke --tenant NAME --id ID
scopes: ${allScopes.join(' ')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tenant: { type: 'string' },
    scopes: { type: 'string' },
    name: { type: 'string', default: 'cli' },
    expires: { type: 'string' },
    id: { type: 'string' },
  },
});
const DAY_MS = 86_400_000;

const commands: Readonly<Record<string, (db: Database, tenant: string) => Promise<string>>> = {
  async create(db, tenant) {
    const now = systemClock.now();
    const { id } = await ensureTenant(db, tenant, now);
    const expiresAt = values.expires ? new Date(now.getTime() + Number(values.expires) * DAY_MS) : null;
    return createToken(db, id, { name: values.name, scopes: wantedScopes(), now, expiresAt });
  },
  async list(db, tenant) {
    const tokens = await listTokens(db, tenantScope(await tenantId(db, tenant)));
    const lines = tokens.map(({ id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt }) =>
      [
        ...[id, name, scopes.join(','), `made ${createdAt.toISOString()}`],
        lastUsedAt ? `used ${lastUsedAt.toISOString()}` : 'never used',
        ...(expiresAt ? [`expires ${expiresAt.toISOString()}`] : []),
        ...(revokedAt ? [`revoked ${revokedAt.toISOString()}`] : []),
      ].join('  '),
    );
    return lines.join('\n') || `${tenant} has no tokens`;
  },
  async revoke(db, tenant) {
    const token = await revokeToken(db, tenantScope(await tenantId(db, tenant)), values.id ?? '', systemClock.now());
    if (!token) throw new Error(`${tenant} has no token ${values.id}`);
    return `${token.name} (${token.id}) is revoked; what is open under it ends within 5 seconds`;
  },
};

const faults = faultsOf(positionals);
if (faults) {
  process.stderr.write(`${faults}${usage}\n`);
  process.exit(2);
}

// Joins a running server's embedded store through its socket: nothing has to be stopped for a token.
const { databaseUrl, dataDir } = readConfig(process.env).store;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock, attach: true });
try {
  process.stdout.write(`${await commands[positionals[0] ?? '']?.(db, values.tenant ?? '')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await db.close();
}

/** Null where the command line is as it should be. */
function faultsOf([command, ...rest]: readonly string[]): string | null {
  if (!command || !Object.hasOwn(commands, command) || rest.length > 0 || !values.tenant) return '';
  if (command === 'revoke' && !values.id) return '';
  if (command !== 'create') return null;
  const unknown = wantedScopes().filter((scope) => !(allScopes as readonly string[]).includes(scope));
  if (unknown.length > 0) return values.scopes ? `unknown scope: ${unknown.join(', ')}\n` : '';
  return values.expires && !(Number(values.expires) > 0) ? 'expires is a number of days\n' : null;
}

function wantedScopes(): readonly string[] {
  return values.scopes === 'all' ? allScopes : (values.scopes ?? '').split(',');
}

async function tenantId(db: Database, name: string) {
  const tenant = await findTenant(db, name);
  if (!tenant) throw new Error(`there is no tenant ${name}`);
  return tenant.id;
}
