import type { Call, Deps, ProviderAdapter, ProviderModule } from '../contract.ts';
import { type Client, createClient } from './client.ts';
import { type DemandCredentials, demandCredentials } from './credentials.ts';
import { asProviderError, PROVIDER } from './failures.ts';
import { createFeed } from './feed.ts';
import { createFiles, fileLimits } from './files.ts';
import { createSending } from './sending.ts';
import { createThreads, PAGE_SIZE } from './threads.ts';
import { READ_DAYS, WRITE_DAYS } from './windows.ts';

/** Booking.com's Demand API, for those who sold the booking: the account speaks for the guest, and the property is the other side. */
export const bookingcomDemand: ProviderModule<DemandCredentials> = {
  id: PROVIDER,
  title: 'Booking.com Demand',
  speaksAs: 'guest',
  abilities: ['attachments', 'findConversation'],
  credentials: demandCredentials,
  secretFields: ['token'],
  // Requests are counted per account over all of the Demand API ("Rate limiting"), not per key.
  budgetKey: ({ affiliateId }) => affiliateId,
  limits: {
    batchSize: 1,
    pageSize: PAGE_SIZE,
    // "Poll every 10 minutes"; faster polling may be throttled, and then blocks the account for about a minute.
    pullEveryMs: 600_000,
    minGapMs: 60_000,
    requestsPerHour: null,
    maxTextLength: null,
    parallel: 4,
    replyWindow: { afterCheckOut: WRITE_DAYS, afterTheirMessage: null, readable: READ_DAYS },
    attachments: fileLimits,
  },
  connect: connectDemand,
};

function connectDemand(credentials: DemandCredentials, deps: Deps): ProviderAdapter {
  const client = createClient(credentials, deps);
  const threads = createThreads(client);
  const feed = createFeed(client);
  const files = createFiles(client, threads);
  return {
    verify: (call) => guarded('verify', () => verify(credentials, client, call)),
    conversations: (keys, call) => guarded('conversations', () => threads.conversations(keys, call)),
    messages: (pages, call) => guarded('messages', () => threads.messages(pages, call)),
    send: createSending(client, threads, deps),
    pull: (from, call) => guarded('pull', () => feed.pull(from, call)),
    confirm: (receipt, call) => guarded('confirm', () => feed.confirm(receipt, call)),
    findConversation: (of, call) => guarded('findConversation', () => threads.findConversation(of, call)),
    upload: (file, call) => guarded('upload', () => files.upload(file, call)),
    download: (id, conversation, call) => guarded('download', () => files.download(id, conversation, call)),
    describeAttachment: (id, conversation, call) =>
      guarded('describeAttachment', () => files.describeAttachment(id, conversation, call)),
  };
}

/** Looking at the feed takes nothing from it, and proves beside the key that the account may use messaging. */
async function verify({ affiliateId }: DemandCredentials, client: Client, call: Call) {
  await client.ask('latest', null, call);
  return { identity: affiliateId, title: `Affiliate ${affiliateId}` };
}

async function guarded<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProviderError(operation, error);
  }
}
