import type { Call, Deps, ProviderAdapter, ProviderModule } from '../contract.ts';
import { type Client, createClient } from './client.ts';
import { type BookingsyncCredentials, bookingsyncCredentials } from './credentials.ts';
import { createDownload } from './downloading.ts';
import { guarded, isOfKind, nonsense, PROVIDER } from './failures.ts';
import { createFiles, fileLimits } from './files.ts';
import { PAGE_SIZE } from './lists.ts';
import { createLookUp } from './looking-up.ts';
import { createMarks } from './marks.ts';
import { createNews } from './news.ts';
import { createParticipants } from './participants.ts';
import { createPeople } from './people.ts';
import { createPulling } from './pulling.ts';
import { createReading } from './reading.ts';
import { createSending } from './sending.ts';
import { createSession, type Session } from './session.ts';
import { createSweep } from './sweep.ts';
import { judgeWebhook } from './webhook.ts';
import { isObject, wireGrant } from './wire.ts';

/** BookingSync, now Smily: one inbox over several channels, for those who manage the rentals. */
export const bookingsync: ProviderModule<BookingsyncCredentials> = {
  id: PROVIDER,
  title: 'BookingSync (Smily)',
  speaksAs: 'property',
  abilities: ['attachments', 'markRead', 'close', 'findConversation', 'webhooks'],
  credentials: bookingsyncCredentials,
  secretFields: ['clientSecret', 'refreshToken', 'accessToken'],
  // "1000 requests per hour per application", whatever the account.
  budgetKey: ({ clientId }) => clientId,
  limits: {
    batchSize: 100,
    pageSize: PAGE_SIZE,
    // Webhooks wake us; this is what heals when one is lost.
    pullEveryMs: 180_000,
    minGapMs: 1_000,
    requestsPerHour: 1_000,
    maxTextLength: null,
    parallel: 4,
    replyWindow: null,
    attachments: fileLimits,
  },
  connect: connectBookingsync,
  webhook: judgeWebhook,
};

function connectBookingsync(credentials: BookingsyncCredentials, deps: Deps): ProviderAdapter {
  const { baseUrl, hostId } = credentials;
  const client = createClient(credentials, deps);
  const session = createSession(credentials, client, deps);
  const people = createPeople(session, deps);
  const news = createNews(session, people, hostId);
  const reading = createReading(session, news);
  const lookUp = createLookUp(session, reading, people);
  const participants = createParticipants(session, credentials);
  const marks = createMarks(session, participants);
  const files = createFiles(session.ask, createDownload({ baseUrl, deps, token: session.token }));
  const pull = createPulling({ ask: session.ask, news, deps });
  const sweep = createSweep(session.ask, news);
  return {
    verify: (call) => guarded('verify', () => verify(client, session, call)),
    conversations: (keys, call) => guarded('conversations', () => reading.conversations(keys, call)),
    messages: (pages, call) => guarded('messages', () => reading.messages(pages, call)),
    send: createSending({ session, participants, people, news, deps }),
    pull: (from, call) => guarded('pull', () => pull(from, call)),
    sweep: (from, call) => guarded('sweep', () => sweep(from, call)),
    findConversation: (of, call) => guarded('findConversation', () => lookUp(of, call)),
    upload: (file, call) => guarded('upload', () => files.upload(file, call)),
    download: (id, conversation, call) => guarded('download', () => files.download(id, conversation, call)),
    describeAttachment: (id, conversation, call) =>
      guarded('describeAttachment', () => files.describeAttachment(id, conversation, call)),
    markRead: (conversation, ids, call) => guarded('markRead', () => marks.markRead(conversation, ids, call)),
    setClosed: (conversation, closed, call) => guarded('setClosed', () => marks.setClosed(conversation, closed, call)),
  };
}

/** The application is proven beside the token: a good token would work on with a wrong secret, for as long as it lives. */
async function verify(client: Client, session: Session, call: Call) {
  await client.prove(call);
  const { body } = await session.ask('verify', { method: 'GET', path: '/me' }, call);
  const [grant] = Array.isArray(body.accounts_applications) ? body.accounts_applications : [];
  const account = wireGrant.safeParse(grant).data?.links.account;
  if (account === undefined) throw nonsense('verify', 'the answer names no account');
  return { identity: account, title: await titleOf(session, account, call) };
}

async function titleOf(session: Session, account: string, call: Call): Promise<string | null> {
  try {
    const { body } = await session.ask('account', { method: 'GET', path: `/accounts/${account}` }, call);
    const [found] = Array.isArray(body.accounts) ? body.accounts : [];
    return isObject(found) && typeof found.business_name === 'string' ? found.business_name.trim() || null : null;
  } catch (error) {
    if (isOfKind(error, 'forbidden', 'not-found')) return null;
    throw error;
  }
}
