import type { Call, Deps, ProviderAdapter, ProviderModule } from '../contract.ts';
import { createClient } from './client.ts';
import { type ConnectivityCredentials, connectivityCredentials } from './credentials.ts';
import { createDescribe, createDownload } from './downloading.ts';
import { guarded, PROVIDER } from './failures.ts';
import { createUpload, fileTypes, MOST_BYTES } from './files.ts';
import { warningsFor } from './notes.ts';
import { createConfirm, createPull } from './pulling.ts';
import { createReading, PAGE_SIZE } from './reading.ts';
import { createSending } from './sending.ts';
import { createSession, type Session } from './session.ts';
import { createSweep } from './sweep.ts';
import { createMarkRead, createSetNoReplyNeeded } from './tags.ts';
import { tokenRoute } from './token-route.ts';
import { judgeNotification } from './webhook.ts';

/** Booking.com from the property's side, by the Connectivity Messaging API and its notification service. */
export const bookingcomConnectivity: ProviderModule<ConnectivityCredentials> = {
  id: PROVIDER,
  title: 'Booking.com Connectivity',
  speaksAs: 'property',
  abilities: ['attachments', 'markRead', 'noReplyNeeded', 'findConversation', 'webhooks'],
  credentials: connectivityCredentials,
  secretFields: ['clientSecret', 'webhook'],
  budgetKey: ({ clientId }) => clientId,
  limits: {
    // Each conversation is a request of its own.
    batchSize: 1,
    pageSize: PAGE_SIZE,
    pullEveryMs: 30_000,
    minGapMs: 2_000,
    // There is a limit, and it is not published.
    requestsPerHour: null,
    maxTextLength: null,
    parallel: 8,
    replyWindow: { afterCheckOut: 7, afterTheirMessage: 14, readable: null },
    attachments: { types: fileTypes, maxBytes: MOST_BYTES },
  },
  connect: connectMachineAccount,
  webhook: judgeNotification,
  routes: [tokenRoute],
  warn: warningsFor,
};

function connectMachineAccount(credentials: ConnectivityCredentials, deps: Deps): ProviderAdapter {
  const session = createSession(credentials, createClient(credentials, deps), deps);
  const reading = createReading(session, credentials);
  const pull = createPull(session, deps);
  const confirm = createConfirm(session, deps);
  const sweep = createSweep(session, credentials, deps);
  const upload = createUpload(session, reading);
  const download = createDownload(session, reading);
  const describe = createDescribe(session, reading);
  const markRead = createMarkRead(session, reading);
  const setNoReplyNeeded = createSetNoReplyNeeded(session, reading);
  return {
    verify: (call) => guarded('verify', () => verify(credentials, session, call)),
    conversations: (keys, call) => guarded('conversations', () => reading.conversations(keys, call)),
    messages: (pages, call) => guarded('messages', () => reading.messages(pages, call)),
    send: createSending(session, reading, deps),
    pull: (from, call) => guarded('pull', () => pull(from, call)),
    confirm: (receipt, call) => guarded('confirm', () => confirm(receipt, call)),
    sweep: (from, call) => guarded('sweep', () => sweep(from, call)),
    findConversation: (of, call) => guarded('findConversation', () => reading.find(of, call)),
    upload: (file, call) => guarded('upload', () => upload(file, call)),
    download: (file, conversation, call) => guarded('download', () => download(file, conversation, call)),
    describeAttachment: (file, conversation, call) =>
      guarded('describeAttachment', () => describe(file, conversation, call)),
    markRead: (conversation, messages, call) => guarded('markRead', () => markRead(conversation, messages, call)),
    setNoReplyNeeded: (conversation, value, call) =>
      guarded('setNoReplyNeeded', () => setNoReplyNeeded(conversation, value, call)),
  };
}

/** A new token, so that one from before does not vouch for a wrong secret. The queue belongs to the machine account, whoever connects it. */
async function verify({ clientId }: ConnectivityCredentials, session: Session, call: Call) {
  const { machineAccount } = await session.renew(call);
  return { identity: machineAccount ?? clientId, title: null };
}
