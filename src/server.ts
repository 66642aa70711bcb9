import { type App, createApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { systemClock } from './lib/clock.ts';
import { createKnownSecrets } from './lib/known-secrets.ts';
import { createLog, type Log } from './lib/log.ts';
import { createSealer, SealError } from './lib/seal.ts';
import { type Listener, listen } from './listener.ts';
import { providers } from './providers/registry.ts';
import { keptSecretKey } from './secret-key.ts';
import { type Database, openDatabase } from './store/database.ts';
import { DirectoryInUseError } from './store/embedded/directory.ts';
import { checkKeys } from './store/sealed-values.ts';
import { type OpenTelemetry, openTelemetry } from './telemetry/telemetry.ts';
import { readTrustedDocuments } from './trusted-documents.ts';

try {
  await main(readConfig(process.env));
} catch (error) {
  // What a person can mend is said in a sentence; all else is a fault, with its stack.
  const mendable = [ConfigError, DirectoryInUseError, SealError].some((kind) => error instanceof kind);
  if (!mendable || !(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const secrets = createKnownSecrets();
  const log = createLog({ level: config.log.level, secrets });
  const { databaseUrl, dataDir } = config.store;
  const { trustedDocuments, introspection } = config.server;
  const manifest = trustedDocuments === null ? null : await readTrustedDocuments(trustedDocuments);
  const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock });
  const secretKey = config.store.secretKey ?? (await keptSecretKey(dataDir));
  secrets.keep(keysAsText([secretKey, ...config.store.oldSecretKeys]));
  const sealer = createSealer({ current: secretKey, previous: config.store.oldSecretKeys });
  await checkKeys(db, sealer).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  const { port, host, graphiql, allowedOrigins, limits } = config.server;
  const telemetry = await openTelemetry(config.telemetry);
  const app = createApp({
    ...{ db, providers, sealer, log, secrets, telemetry, graphiql, allowedOrigins, limits, introspection },
    ...(manifest && { trustedDocuments: manifest }),
    publicUrl: config.server.publicUrl ?? `http://${host}:${port}`,
    allowPrivateHosts: config.providers.allowPrivateHosts,
    ...(config.identity && { identity: config.identity }),
  });
  await app.checkDatabase();
  const listener = await listen(app, { port, host });
  app.start();
  log.info({ url: `${listener.url}/graphql`, database: db.kind }, 'listening');
  if (telemetry.metricsUrl) log.info({ metrics: telemetry.metricsUrl }, 'figures are shown');
  await sayHowToConnect(db, log);
  endOnSignal({ app, listener, db, log, telemetry });
  // Crash safety makes ending cheap, and going on with unknown state dear (DELIVERY 8.3).
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'ended by a fault');
    process.exit(1);
  });
}

async function sayHowToConnect(db: Database, log: Log): Promise<void> {
  const known = await db.prisma.account.count();
  if (known === 0)
    log.info(
      {
        first: 'npm run --silent token -- create --tenant acme --scopes all',
        next: 'the mutation connectAccount in GraphiQL',
      },
      'no account is connected yet',
    );
}

/** The first signal ends everything in order, the second at once. */
function endOnSignal(parts: { app: App; listener: Listener; db: Database; log: Log; telemetry: OpenTelemetry }): void {
  let ending = false;
  const end = async (signal: string): Promise<void> => {
    if (ending) process.exit(1);
    ending = true;
    parts.log.info({ signal }, 'stopping');
    await Promise.all([parts.app.stop(), parts.listener.close()]);
    await parts.telemetry.close();
    await parts.db.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
}

/** In the forms that a person may have given them in. */
function keysAsText(keys: readonly Uint8Array[]): readonly string[] {
  return keys.flatMap((key) => [Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64')]);
}
