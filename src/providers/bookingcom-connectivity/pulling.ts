import { z } from 'zod';
import { ProviderError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Deps, ProviderAdapter } from '../contract.ts';
import { refusal } from './failures.ts';
import { newsEvents, voicesIn } from './news.ts';
import { beginRecovery, type RecoveryStep, recoverOn, recoveryShape } from './recovery.ts';
import type { Session } from './session.ts';
import { isObject, name, readAs, wireNews, wireQueue } from './wire.ts';

/*
 * The queue of the machine account. It is confirmed by count from its head, so a confirm that is carried out twice, or late, throws away
 * what nobody has read. Hence: a receipt confirms what one read saw and no more, is good for a short while only, and where its fate stays
 * open, or nobody looked for long, a search looks for what may have been lost.
 */

const checkpointShape = z.object({
  /** What stood first in the queue at the last look. */
  head: z.string().nullable().catch(null),
  pulledAt: z.iso.datetime().nullable().catch(null),
  /** The last doubt that a search was begun for. */
  doubt: z.string().nullable().catch(null),
  recovery: recoveryShape.nullable().catch(null),
});
type Place = z.infer<typeof checkpointShape>;

const receiptShape = z.object({ count: z.int().positive(), readAt: z.iso.datetime() });

/** How old a receipt may be when it is used: a process that stood still must not confirm what another one has confirmed since. */
const RECEIPT_MS = 60_000;
/** How long an unanswered confirm may still take effect, and more. */
const DOUBT_SETTLES_MS = 180_000;
/** How long nobody may have looked before it counts as an outage: how long the queue keeps messages is not documented. */
const OUTAGE_MS = 3_600_000;
/** How far their clock may be from ours. */
const SLACK_MS = 600_000;

/** Reads the head of the queue, 100 messages of all properties at most, and goes on with a search where one is under way. */
export function createPull(session: Session, deps: Deps): NonNullable<ProviderAdapter['pull']> {
  return async (from, call) => {
    const before = readAs(checkpointShape, from) ?? { head: null, pulledAt: null, doubt: null, recovery: null };
    const data = await session.ask('pull', { method: 'GET', path: '/messages/latest' }, call);
    const { items, count } = queueIn(data);
    const found = voicesIn(items);
    await session.learn(found);
    const { voices, doubtSince } = await session.known();
    const now = deps.now();
    const place = placeAt(before, doubtSince ?? null, now);
    const step = await searched(place.recovery, () => recoverOn(session, place.recovery, now, call));
    const head = headOf(items);
    const receipt = head === null || count === 0 ? null : { head, count, readAt: now.toISOString() };
    return {
      events: [...newsEvents(items, { ...voices, ...found }), ...step.events],
      checkpoint: checkpointOf({ ...place, head, recovery: step.next }),
      // A head that stands still was not confirmed: asking on would show the same again.
      more: (receipt !== null && head !== before.head) || step.more,
      receipt,
    };
  };
}

/** Confirms what a receipt covers, once. */
export function createConfirm(session: Session, deps: Deps): NonNullable<ProviderAdapter['confirm']> {
  return async (receipt, call) => {
    const read = readAs(receiptShape, receipt);
    if (!read) throw refusal('confirm', 'invalid', 'this is no receipt');
    const age = deps.now().getTime() - Date.parse(read.readAt);
    if (Math.abs(age) > RECEIPT_MS) throw refusal('confirm', 'timeout', 'the receipt is too old to be used safely');
    const query = { number_of_messages: String(read.count) };
    try {
      await session.ask('confirm', { method: 'PUT', path: '/messages', query }, call);
    } catch (error) {
      if (!(error instanceof ProviderError) || !error.noEffect) await session.doubt(read.readAt);
      throw error;
    }
  };
}

/** Where the search stands: begun where something may have been lost, or going on. */
function placeAt(before: Place, doubtSince: string | null, now: Date): Place {
  const here = { ...before, pulledAt: now.toISOString() };
  const isOpen = doubtSince !== null && doubtSince !== before.doubt;
  const settled = isOpen && now.getTime() - Date.parse(doubtSince) >= DOUBT_SETTLES_MS;
  const away = before.pulledAt !== null && now.getTime() - Date.parse(before.pulledAt) >= OUTAGE_MS;
  const since = [settled ? doubtSince : [], away ? (before.pulledAt ?? []) : []].flat().toSorted()[0];
  if (since === undefined) return here;
  const recovery = beginRecovery(new Date(Date.parse(since) - SLACK_MS), before.recovery);
  return { ...here, doubt: settled ? doubtSince : before.doubt, recovery };
}

/** What the queue gave is not held up by a search that fails: that is tried again at the next look. */
async function searched(recovery: Place['recovery'], work: () => Promise<RecoveryStep>): Promise<RecoveryStep> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError) return { events: [], next: recovery, more: false };
    throw error;
  }
}

function checkpointOf({ head, pulledAt, doubt, recovery }: Place): Checkpoint {
  return { head, pulledAt, doubt, recovery: recovery && { ...recovery } };
}

/** The messages, and how many of them may be confirmed: never more than were told of, nor more than were seen. */
function queueIn(data: JsonObject): { readonly items: readonly Json[]; readonly count: number } {
  const { messages = [], number_of_messages: told = null } = readAs(wireQueue, data) ?? {};
  const count = told === null ? new Set(messages.map(markOf)).size : Math.min(told, messages.length);
  return { items: messages, count };
}

/** What stands first. Within one second the queue's order is not to be relied on, so the first by name of the leading second. */
function headOf(items: readonly Json[]): string | null {
  if (items[0] === undefined) return null;
  const second = secondOf(items[0]);
  const end = items.findIndex((item) => secondOf(item) !== second);
  return (
    items
      .slice(0, end < 0 ? items.length : end)
      .map(markOf)
      .toSorted()[0] ?? ''
  );
}

function secondOf(item: Json): number | null {
  const time = readAs(wireNews, item)?.timestamp?.getTime();
  return time === undefined ? null : Math.floor(time / 1000);
}

function markOf(item: Json): string {
  return (isObject(item) && name.parse(item.message_id)) || JSON.stringify(item).slice(0, 200);
}
