import { ProviderError } from '../../domain/errors.ts';
import type { Call, Deps, ProviderAdapter, ProviderModule } from '../contract.ts';
import { createClient } from './client.ts';
import { type LavandaCredentials, lavandaCredentials } from './credentials.ts';
import { asProviderError, PROVIDER } from './failures.ts';
import { createGlance } from './glance.ts';
import { readListPage } from './lists.ts';
import { createReading } from './reading.ts';
import { createSending } from './sending.ts';
import { createSession, type Session } from './session.ts';
import { createSweep } from './sweep.ts';
import { PAGE_SIZE } from './threads.ts';
import { judgeWebhook } from './webhook.ts';
import { createWorkspaces, type Workspaces } from './workspaces.ts';

/** Lavanda, by the GraphQL API behind docs.lavanda.app. */
export const lavanda: ProviderModule<LavandaCredentials> = {
  id: PROVIDER,
  title: 'Lavanda',
  speaksAs: 'property',
  abilities: ['webhooks'],
  credentials: lavandaCredentials,
  secretFields: ['clientSecret', 'webhookSecret'],
  budgetKey: ({ clientId }) => clientId,
  limits: {
    batchSize: 25,
    pageSize: PAGE_SIZE,
    pullEveryMs: 30_000,
    minGapMs: 2_000,
    requestsPerHour: null,
    maxTextLength: null,
    parallel: 4,
    replyWindow: null,
    attachments: null,
  },
  connect: connectLavanda,
  webhook: judgeWebhook,
};

function connectLavanda(credentials: LavandaCredentials, deps: Deps): ProviderAdapter {
  const client = createClient(credentials, deps);
  const session = createSession(credentials, client, deps);
  const workspaces = createWorkspaces(credentials, session, deps);
  const reading = createReading(session);
  const sweep = createSweep(session, workspaces);
  const glance = createGlance(session, workspaces);
  return {
    verify: (call) => guarded('verify', () => verify(credentials, session, workspaces, call)),
    conversations: (keys, call) => guarded('conversations', () => reading.conversations(keys, call)),
    messages: (pages, call) => guarded('messages', () => reading.messages(pages, call)),
    send: createSending(session, reading, deps),
    sweep: (from, call) => guarded('sweep', () => sweep(from, call)),
    glance: (call) => guarded('glance', () => glance(call)),
  };
}

/** A new token, so that a token from before does not vouch for a wrong secret; then something that any client may ask. */
async function verify({ clientId }: LavandaCredentials, session: Session, workspaces: Workspaces, call: Call) {
  await session.renew(call);
  const title = await session.speak(call, async (dialect, ask) => {
    const described = await workspaces.describe(dialect, ask);
    const list = dialect.bookings;
    if (!described && list) {
      const window = { first: 1, after: null };
      await readListPage(ask, 'verify', { list, window, workspaces: null });
    }
    return described?.title ?? null;
  });
  return { identity: clientId, title };
}

async function guarded<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ProviderError ? error : asProviderError(operation, error);
  }
}
