import type { AccountId } from '../domain/ids.ts';
import type { Parameters } from './statement.ts';

/** Which conversations are meant: those that meet all that is given. */
export interface ConversationFilter {
  /** Of these accounts; an empty list means none. */
  readonly accountIds?: readonly AccountId[];
  readonly provider?: string;
  readonly channel?: string;
  /** Whether the participant's messages include one that is not read. */
  readonly unread?: boolean;
  /** Whether one of those unread is urgent. */
  readonly urgent?: boolean;
  /** Whether the last message is snoozed beyond now. */
  readonly snoozed?: boolean;
  /** False also finds those of whom nothing is known. */
  readonly noReplyNeeded?: boolean;
  /** Whether a message of ours may not have reached the participant: nobody can tell yet, or it failed. */
  readonly undelivered?: boolean;
  readonly bookingExternalId?: string;
  readonly propertyExternalId?: string;
  /** Both bounds are exclusive; conversations without messages are outside of any. */
  readonly lastMessageAfter?: Date;
  readonly lastMessageBefore?: Date;
  /** Found in a message's body, the subject or the participant's name, in any case. Taken literally. */
  readonly text?: string;
}

/** The conditions on `conversationSource` that a filter comes to. `parameters` has the tenant's id as $1. */
export function filterConditions(filter: ConversationFilter, now: Date, parameters: Parameters): readonly string[] {
  return [
    ...accountConditions(filter, parameters),
    ...stateConditions(filter, now, parameters),
    ...bookingConditions(filter, parameters),
    ...timeConditions(filter, parameters),
    ...(filter.text ? [textCondition(filter.text, parameters)] : []),
  ];
}

function accountConditions({ accountIds, provider, channel }: ConversationFilter, parameters: Parameters): string[] {
  const conditions: string[] = [];
  if (accountIds) conditions.push(`c.account_id = ANY(${parameters.add(accountIds)}::text[])`);
  // As an array made once, not a join: the list's index keeps giving the order, and its walk ends with the page.
  if (provider !== undefined)
    conditions.push(
      `c.account_id = ANY(ARRAY(SELECT a.id FROM account a WHERE a.tenant_id = $1 AND a.provider = ${parameters.add(provider)}))`,
    );
  if (channel !== undefined) conditions.push(`c.channel = ${parameters.add(channel)}`);
  return conditions;
}

function stateConditions(filter: ConversationFilter, now: Date, parameters: Parameters): string[] {
  const conditions: string[] = [];
  if (filter.unread !== undefined) conditions.push(filter.unread ? 'c.unread_count > 0' : 'c.unread_count = 0');
  if (filter.urgent !== undefined) conditions.push(filter.urgent ? 'c.urgent' : 'NOT c.urgent');
  if (filter.noReplyNeeded !== undefined)
    conditions.push(`c.no_reply_needed IS ${filter.noReplyNeeded ? '' : 'NOT '}TRUE`);
  if (filter.undelivered !== undefined) conditions.push(undeliveredCondition(filter.undelivered));
  if (filter.snoozed !== undefined) conditions.push(snoozeCondition(filter.snoozed, now, parameters));
  return conditions;
}

/** Few messages do not arrive: begun from them, and not from every conversation. */
function undeliveredCondition(undelivered: boolean): string {
  const begin = `c.id = ANY(ARRAY(SELECT o.conversation_id FROM outbox o WHERE o.tenant_id = $1 AND o.state IN ('UNKNOWN', 'FAILED')))`;
  return undelivered ? begin : `NOT ${begin}`;
}

function snoozeCondition(snoozed: boolean, now: Date, parameters: Parameters): string {
  const beyond = `coalesce(m.snooze_local, m.snooze_upstream) > ${parameters.add(now.toISOString())}::timestamptz`;
  const isLast = `EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = $1 AND m.id = c.last_message_id AND ${beyond})`;
  // Few messages are snoozed: begun from them, and not from every conversation.
  const begin = `c.id = ANY(ARRAY(SELECT m.conversation_id FROM message m WHERE m.tenant_id = $1 AND ${beyond}))`;
  return snoozed ? `${begin} AND ${isLast}` : `NOT ${isLast}`;
}

function bookingConditions(filter: ConversationFilter, parameters: Parameters): string[] {
  const { bookingExternalId, propertyExternalId } = filter;
  if (bookingExternalId === undefined && propertyExternalId === undefined) return [];
  const conditions = ['b.tenant_id = $1'];
  if (bookingExternalId !== undefined) conditions.push(`b.external_id = ${parameters.add(bookingExternalId)}`);
  if (propertyExternalId !== undefined)
    conditions.push(`b.property_external_id = ${parameters.add(propertyExternalId)}`);
  return [`c.booking_id = ANY(ARRAY(SELECT b.id FROM booking b WHERE ${conditions.join(' AND ')}))`];
}

function timeConditions({ lastMessageAfter, lastMessageBefore }: ConversationFilter, parameters: Parameters): string[] {
  // With a last message the place in the list is its time: said too, because that is what the index knows.
  const bound = (operator: string, at: Date): string => {
    const given = `${parameters.add(at.toISOString())}::timestamptz`;
    return `c.last_message_at ${operator} ${given} AND c.order_at ${operator} ${given}`;
  };
  return [
    ...(lastMessageAfter ? [bound('>', lastMessageAfter)] : []),
    ...(lastMessageBefore ? [bound('<', lastMessageBefore)] : []),
  ];
}

function textCondition(text: string, parameters: Parameters): string {
  const pattern = parameters.add(`%${text.replace(/[\\%_]/g, '\\$&')}%`);
  return `(c.subject ILIKE ${pattern} OR p.name ILIKE ${pattern} OR EXISTS (SELECT 1 FROM message m
    WHERE m.tenant_id = $1 AND m.conversation_id = c.id AND m.removed_at IS NULL AND m.body ILIKE ${pattern}))`;
}
