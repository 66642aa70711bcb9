import type { AccountId, ConversationId, ExternalMessageId } from '../domain/ids.ts';
import type { Page, ProviderEvent, ProviderMessage } from '../domain/messaging.ts';
import type { AccountLease, StreamStep } from '../store/leases.ts';

/** Something that a provider told of one account, to be taken in as one transaction. */
export interface Batch {
  readonly accountId: AccountId;
  readonly events: readonly ProviderEvent[];
  /** Pages that were read of threads we know. */
  readonly pages?: readonly ReadPage[];
  /** The step of a stream that brought the events; refused where the lease has been replaced. */
  readonly step?: { readonly lease: AccountLease; readonly move: StreamStep };
  /** With these events every message of the account has been told: threads that were never read need not be. */
  readonly threadsTold?: boolean;
}

/** A page of one thread, with where in the thread it lies. */
export interface ReadPage {
  readonly conversationId: ConversationId;
  readonly page: Page<ProviderMessage>;
  readonly part: ThreadPart;
}

export type ThreadPart =
  | { readonly kind: 'newest' }
  /** Between the newest page, whose last message is named, and what was known before. */
  | { readonly kind: 'gap'; readonly newest: { readonly id: ExternalMessageId; readonly at: Date | null } }
  /** Beyond the oldest message known, continuing from this cursor. */
  | { readonly kind: 'history'; readonly from: string };

/** What taking in a batch came to. */
export interface Ingested {
  /** Messages that were new to us. */
  readonly added: number;
  /** Threads whose page did not reach back to what was known: there is a gap to be closed by paging on. */
  readonly open: readonly ConversationId[];
}

/** The batch's lease was replaced: another process holds the account, and nothing was written. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
