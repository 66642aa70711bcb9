import type { ConversationFacts } from '../../domain/messaging.ts';
import type { KnownStay } from './extension.ts';

const DAY_MS = 86_400_000;
/** Days after check-out until which guests may write ("Managing messages": 66 days). */
const WRITE_DAYS = 66;
/** Days after check-out until which conversations can be read (the same page: one year). */
const READ_DAYS = 365;

/**
 * What the dates of a stay say. Days are counted from the end of the check-out day in UTC: where the property is, is not told, and
 * a message that is refused is better than one that was never tried. Without a check-out nothing is known.
 */
export function factsOf({ checkOut }: KnownStay, now: Date): ConversationFacts {
  const day = checkOut === null ? Number.NaN : Date.parse(`${checkOut}T00:00:00Z`);
  if (Number.isNaN(day)) return { canReply: null, replyUntil: null, replyBlockedBy: null, details: null };
  const daysAfter = (days: number) => new Date(day + (days + 1) * DAY_MS);
  const replyUntil = daysAfter(WRITE_DAYS);
  if (now < replyUntil) return { canReply: true, replyUntil, replyBlockedBy: null, details: null };
  const replyBlockedBy = now < daysAfter(READ_DAYS) ? 'reply_window_closed' : 'expired';
  return { canReply: false, replyUntil, replyBlockedBy, details: null };
}
