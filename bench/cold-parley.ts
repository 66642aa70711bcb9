import { createApp } from '../src/app.ts';
import { type AccountId, brand } from '../src/domain/ids.ts';
import { noLimits } from '../src/domain/limits.ts';
import { defaultTimes } from '../src/domain/times.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/log.ts';
import { createSealer } from '../src/lib/seal.ts';
import { createWakes } from '../src/lib/wake.ts';
import { listen } from '../src/listener.ts';
import { providers } from '../src/providers/registry.ts';
import { openDatabase } from '../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../src/store/tokens.ts';
import { createIngest } from '../src/sync/ingest.ts';
import { createMemory } from '../src/sync/memory.ts';
import { unreadLists } from '../test/helpers/unread-lists.ts';
import type { ColdAccount } from './cold-estate.ts';
import { play, settings } from './role.ts';
import { benchKey } from './secret.ts';

/*
 * Ours with every provider there is, its loops at rest: nothing is read but what somebody asks for.
 */

const { databaseUrl } = settings<{ databaseUrl: string }>();
const clock = systemClock;
const log = createLog({ level: 'warn', destination: process.stderr });
const db = await openDatabase({ url: databaseUrl, dataDir: '', clock });
const sealer = createSealer({ current: benchKey });
const app = createApp({
  ...{ db, clock, log, providers, sealer },
  ...{ publicUrl: 'http://localhost', graphiql: false, allowedOrigins: [], allowPrivateHosts: true, limits: noLimits },
});
const listener = await listen(app, { port: 0, host: '127.0.0.1' });
const ingest = createIngest({ db, clock, times: defaultTimes, wakes: createWakes(), sealer });

const commands = {
  url: () => `${listener.url}/graphql`,
  /** Connects accounts for a new tenant and stores what they list, no thread read. Answers the tenant's token. */
  async connect({ tenant, accounts }: { tenant: string; accounts: readonly ColdAccount[] }): Promise<string> {
    const { id } = await ensureTenant(db, tenant, clock.now());
    const token = await createToken(db, id, { name: 'bench', scopes: allScopes, now: clock.now() });
    for (const account of accounts) await list(account, await connect(account, token));
    return token;
  },
};

export type ColdParleyCommands = typeof commands;

play(commands);

const mutation = `mutation ($input: ConnectAccountInput!) {
  connectAccount(input: $input) { account { id } errors { message } }
}`;

async function connect({ provider, credentials }: ColdAccount, token: string): Promise<AccountId> {
  const answer = await app.fetch(
    new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: mutation, variables: { input: { provider, credentials } } }),
    }),
  );
  const text = await answer.text();
  const { data } = JSON.parse(text) as { data?: { connectAccount?: { account?: { id: string } } } };
  const id = data?.connectAccount?.account?.id;
  if (!id) throw new Error(`${provider} could not be connected: ${text}`);
  return brand<AccountId>(id);
}

async function list({ provider, credentials }: ColdAccount, accountId: AccountId): Promise<void> {
  const module = providers.find(({ id }) => id === provider);
  if (!module) throw new Error(`there is no provider ${provider}`);
  const memory = createMemory(accountId, {
    db,
    sealer,
    clock,
    owner: 'bench',
    secrets: { know: () => undefined },
    leaseMs: defaultTimes.leaseMs,
  });
  const lists = unreadLists({ module, credentials, fetch, clock, memory });
  for await (const events of lists) await ingest({ accountId, events });
}
