import { createApp } from '../src/app.ts';
import { brand, type ExternalConversationId, type ExternalMessageId } from '../src/domain/ids.ts';
import { noLimits } from '../src/domain/limits.ts';
import type { ProviderEvent } from '../src/domain/messaging.ts';
import { defaultTimes } from '../src/domain/times.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/log.ts';
import { createSealer } from '../src/lib/seal.ts';
import { createWakes } from '../src/lib/wake.ts';
import { listen } from '../src/listener.ts';
import { openDatabase } from '../src/store/database.ts';
import { tenantScope } from '../src/store/scope.ts';
import { allScopes, createToken } from '../src/store/tokens.ts';
import { createIngest } from '../src/sync/ingest.ts';
import { busy, type Estate, quiet } from './estate.ts';
import type { PlainMessage } from './floor.ts';
import { benchProvider } from './provider.ts';
import { play, settings, sharedNow } from './role.ts';
import { benchKey } from './secret.ts';

/*
 * Ours, as `npm start` would run it, with a provider in memory.
 */

const { databaseUrl, working = false } = settings<{ databaseUrl: string; working?: boolean }>();
const clock = systemClock;
const log = createLog({ level: 'warn', destination: process.stderr });
const db = await openDatabase({ url: databaseUrl, dataDir: '', clock });
for (const { tenantId, token } of [quiet, busy])
  await createToken(db, tenantId, { name: 'bench', scopes: allScopes, now: clock.now(), token });
const sealer = createSealer({ current: benchKey });
const app = createApp({
  ...{ db, clock, log, providers: [benchProvider], sealer },
  ...{ publicUrl: 'http://localhost', graphiql: false, allowedOrigins: [], allowPrivateHosts: true, limits: noLimits },
});
if (working) app.start();
const listener = await listen(app, { port: 0, host: '127.0.0.1' });
const { feeds } = app.transport;

const commands = {
  url: () => `${listener.url}/graphql`,
  /** How many subscribers follow a feed. */
  followers: () => feeds.readers,
  /** Looks at the feed of an estate, as a hint makes it do; answers with the moment it began. */
  look({ estate }: { estate: Estate }): number {
    const feed = feeds.join(tenantScope(estate.tenantId));
    const start = sharedNow();
    void feed.look().finally(() => feed.leave());
    return start;
  },
  /** Takes batches in by the one door; answers with the milliseconds that each took. */
  async ingest({
    estate,
    batches,
  }: {
    estate: Estate;
    batches: readonly (readonly (PlainMessage & { thread: string })[])[];
  }) {
    const ingest = createIngest({ db, clock, times: defaultTimes, wakes: createWakes(), sealer });
    const times: number[] = [];
    for (const batch of batches) {
      const start = performance.now();
      const { added } = await ingest({ accountId: estate.accountId, events: batch.map(toEvent) });
      times.push(performance.now() - start);
      if (added !== batch.length) throw new Error(`${added} of ${batch.length} messages were taken in`);
    }
    return times;
  },
  /** Lets the loops end what is in hand. */
  settle: () => app.settle(),
};

export type ParleyCommands = typeof commands;

play(commands);

function toEvent(told: PlainMessage & { thread: string }): ProviderEvent {
  return {
    type: 'message',
    conversation: brand<ExternalConversationId>(told.thread),
    address: null,
    message: {
      externalId: brand<ExternalMessageId>(told.externalId),
      ...{ body: told.body, automated: false, channel: 'email', sentAt: new Date(told.sentAt), sentBy: 'participant' },
      ...{ kind: 'free_text', read: true, urgent: null, priority: null, snoozeUntil: null, attachments: [] },
      raw: { id: told.externalId, body: told.body },
    },
  };
}
