import { ProviderError } from '../domain/errors.ts';
import { brand, type ExternalBookingId } from '../domain/ids.ts';
import type { Call } from '../providers/contract.ts';
import type { Database } from '../store/database.ts';
import type { SendClaim } from '../store/sending.ts';
import { bookingNameOf } from '../store/thread-targets.ts';
import type { Connection } from './connections.ts';
import type { Ingest } from './ingest.ts';
import type { Threads } from './threads.ts';

export interface EchoReadParts {
  readonly db: Database;
  readonly ingest: Ingest;
  readonly threads: Threads;
}

/**
 * Reads the thread of a message whose fate is unknown; taking that in settles it where its echo is there. Null: the thread was read, or its
 * provider says that nobody has written there. Anything else says nothing about the message.
 */
export async function readForEcho(
  parts: EchoReadParts,
  connection: Connection,
  claim: SendClaim,
): Promise<ProviderError | null> {
  // Not tied to any caller, like the send itself.
  const call: Call = { signal: new AbortController().signal, lane: 'person' };
  if (claim.conversation.externalId === null) {
    const found = await findWritten(parts, connection, claim, call);
    if (found !== 'written') return found;
  }
  const [failure] = await parts.threads.read(
    connection,
    [{ conversationId: claim.conversationId, page: 'newest' }],
    call,
  );
  return failure ?? null;
}

/** A conversation that was sent into before anybody had written has no id to be read by: its booking tells whether it has one by now. */
async function findWritten(
  { db, ingest }: EchoReadParts,
  { account, adapter }: Connection,
  claim: SendClaim,
  call: Call,
): Promise<ProviderError | 'written' | null> {
  const of = await bookingNameOf(db, claim.conversationId);
  if (!of || !adapter.findConversation) return nowhere(account.provider);
  try {
    const found = await adapter.findConversation(of, call);
    if (!found || found.externalId === null) return null;
    const conversation = { ...found, booking: found.booking ?? brand<ExternalBookingId>(of.booking) };
    await ingest({ accountId: account.id, events: [{ type: 'conversation', conversation }] });
    return 'written';
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

function nowhere(provider: string): ProviderError {
  const message = 'the conversation has no id yet and no booking to find it by';
  return new ProviderError({ provider, operation: 'findConversation', kind: 'unavailable', message });
}
