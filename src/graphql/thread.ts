import type { ThreadRead } from '../domain/gateway.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { Conversation, Message } from '../domain/messaging.ts';
import type { Slice, SliceRequest } from '../store/slice.ts';
import type { Context } from './context.ts';
import { badInput, noteTrouble } from './errors.ts';
import type { MessageAsk } from './loaders.ts';
import { type Connection, createConnection, type PageArgs, pageRequest } from './paging.ts';

/**
 * A page of a conversation's messages. What is stored is answered; a thread that was never read, is older than `maxAge` seconds, or
 * does not reach as far back as the page is read at its provider first. A provider's failure leaves what is stored, and a word in `trouble`.
 */
export async function messagesOf(
  conversation: Conversation,
  args: PageArgs & { readonly maxAge?: number | null | undefined },
  context: Context,
): Promise<Connection<Message>> {
  // The random end of the id is enough to tell one conversation's cursors from another's.
  const list = `messages:${conversation.id.slice(-12)}`;
  const ask = { conversationId: conversation.id, accountId: conversation.accountId, slice: pageRequest(list, args) };
  const { loaders } = context;
  const read = await readEnough(await freshened(conversation, args.maxAge, context), ask, context);
  return createConnection<Message>({
    list,
    request: ask.slice,
    slice: read.slice,
    positionOf: (message) => ({ at: message.orderAt, id: message.id }),
    totalCount: async () => (read.conversation.historyComplete ? loaders.messageCounts.load(conversation.id) : null),
    exists: async (slice) => (await loaders.messagePages.load({ ...ask, slice })).rows.length > 0,
    moreBeyond: !read.conversation.historyComplete,
  });
}

/** A conversation as a provider's read left it. `failed`: there is no point in asking again. */
interface ReadThread {
  readonly conversation: Conversation;
  readonly failed: boolean;
}

/** Reads the newest page at the provider where it was never read, or not within `maxAge` seconds. */
export async function freshened(
  conversation: Conversation,
  maxAge: number | null | undefined,
  context: Context,
): Promise<ReadThread> {
  const { messagesReadAt } = conversation;
  const oldest = oldestAllowed(maxAge, context);
  if (messagesReadAt && (oldest === null || messagesReadAt >= oldest)) return { conversation, failed: false };
  return readThread(conversation, 'newest', context);
}

/** The moment before which an answer is too old; null where any will do. Throws BAD_USER_INPUT. */
export function oldestAllowed(maxAge: number | null | undefined, { clock }: Context): Date | null {
  if (maxAge === null || maxAge === undefined) return null;
  if (maxAge < 0) throw badInput('maxAge is a number of seconds: 0 or more.');
  return new Date(clock.now().getTime() - maxAge * 1000);
}

/** Reads older pages at the provider until the page asked for is stored, the thread is at its beginning, or time is up. */
async function readEnough(
  thread: ReadThread,
  ask: MessageAsk,
  context: Context,
): Promise<ReadThread & { slice: Slice<Message> }> {
  const { messagePages } = context.loaders;
  const slice = await messagePages.load(ask);
  const { historyComplete, historyCursor } = thread.conversation;
  if (!lacks(slice, ask.slice) || historyComplete || historyCursor === null) return { ...thread, slice };
  if (thread.failed || context.signal.aborted) return { ...thread, slice };
  const older = await readThread(thread.conversation, 'older', context);
  const stuck = older.conversation.historyCursor === historyCursor;
  messagePages.clear(ask);
  return readEnough({ ...older, failed: older.failed || stuck }, ask, context);
}

/** Whether a page might hold more if more of the thread's beginning were stored. What is newer than `before` all is. */
function lacks(slice: Slice<Message>, { from, limit, before }: SliceRequest): boolean {
  return before === null && (from === 'end' || (!slice.hasMore && slice.rows.length < limit));
}

async function readThread(
  conversation: Conversation,
  page: ThreadRead['page'],
  { loaders, trouble }: Context,
): Promise<ReadThread> {
  const { id, accountId, externalId } = conversation;
  // Where nobody has written yet there is nothing to read.
  if (externalId === null) return { conversation, failed: false };
  const account = await loaders.accounts.load(accountId);
  if (!account || account.state === 'DISCONNECTED') return { conversation, failed: true };
  const error = await loaders.readThread(account, { conversationId: id, page });
  if (error) noteTrouble(trouble, accountId, error);
  return { conversation: (await reloaded(id, loaders)) ?? conversation, failed: error !== null };
}

function reloaded(id: ConversationId, loaders: Context['loaders']): Promise<Conversation | null> {
  loaders.messageCounts.clear(id);
  return loaders.conversations.clear(id).load(id);
}
