import type { ExternalAttachmentId } from '../../domain/ids.ts';
import type { ConversationFacts, Day, ProviderAttachment } from '../../domain/messaging.ts';
import type { Call, ConversationKey, Deps, ProviderAdapter, ProviderModule } from '../contract.ts';

/** What is known of a booking's stay when its conversation's window is asked about. */
export interface KnownStay {
  readonly checkOut: Day | null;
}

export interface DescribingAdapter extends ProviderAdapter {
  /** What a file is called, its type and size, where messages name files by their ids alone. Null where there is none. */
  describeAttachment(
    attachment: ExternalAttachmentId,
    conversation: ConversationKey,
    call: Call,
  ): Promise<ProviderAttachment | null>;
}

export interface DescribingModule<Credentials> extends ProviderModule<Credentials> {
  connect(credentials: Credentials, deps: Deps): DescribingAdapter;
  /** What the provider's own rules make of a stay's dates, which its messaging answers do not hold. Pure. */
  factsOf(stay: KnownStay, now: Date): ConversationFacts;
}
