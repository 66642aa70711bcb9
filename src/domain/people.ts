import type { ParticipantId } from './ids.ts';

/** A request to forget somebody, and how far it has come. */
export interface Erasure {
  readonly participantId: ParticipantId;
  readonly requestedAt: Date;
  /** Null while messages wait. */
  readonly finishedAt: Date | null;
  /** Conversations that the person is the other party of. */
  readonly conversations: number;
  /** Messages whose text and files are gone. */
  readonly messages: number;
  /** Messages whose sends are under way: they go as soon as it is known what became of them. */
  readonly waiting: number;
}
