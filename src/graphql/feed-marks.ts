import type { FeedPosition } from './cursor.ts';

/** What is told beside events to whoever wants to know where they stand. */
export interface Mark {
  readonly position: FeedPosition;
  /** Everything up to there was told; or what was before it cannot be told any more, and it goes on from there. */
  readonly mark: 'CaughtUp' | 'FeedGap';
}

/** How often whoever is caught up is told so again, so that a cursor is never older than that however little is wanted. */
export const CAUGHT_UP_MS = 60_000;

// The last of each kind: those who stand at one place are mostly told at one time, and their answers are made once.
const lastMarks = new Map<Mark['mark'], Mark>();

/** A mark: the same object for all who are told of the same place at about the same time. */
export function markAt(position: FeedPosition, mark: Mark['mark']): Mark {
  const last = lastMarks.get(mark);
  if (last && last.position.epoch === position.epoch && last.position.seq === position.seq) return last;
  const made = { position, mark };
  lastMarks.set(mark, made);
  return made;
}
