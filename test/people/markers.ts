import { brand } from '../../src/domain/ids.ts';
import type { ProviderConversation, ProviderEvent, ProviderMessage } from '../../src/domain/messaging.ts';
import type { Database } from '../../src/store/database.ts';

/** Words that are nowhere but where somebody's data is, each in a place of its own. */
export function markersOf(who: string) {
  const mark = (place: string) => `${who}-${place}-marker`;
  return {
    name: mark('name'),
    email: mark('email'),
    subject: mark('subject'),
    theirText: mark('their-text'),
    ourText: mark('our-text'),
    messageRaw: mark('message-raw'),
    fileName: mark('file-name'),
    conversationRaw: mark('conversation-raw'),
    bookingRaw: mark('booking-raw'),
    leadName: mark('lead-name'),
    leadEmail: mark('lead-email'),
    leadRaw: mark('lead-raw'),
    unreadable: mark('unreadable'),
    unwritten: mark('unwritten'),
  } as const;
}

export type Markers = ReturnType<typeof markersOf>;

/** A message of somebody, as a provider tells it. */
export function messageOf(
  externalId: string,
  sentAt: Date | null,
  { body, raw = null, file, sentBy = 'participant' }: MessageWords,
): ProviderMessage {
  const attachments = file
    ? [{ externalId: brand<never>(`file of ${externalId}`), name: file, contentType: 'image/png', size: 3 }]
    : [];
  return {
    ...{ externalId: brand<never>(externalId), body, raw, sentAt, sentBy, attachments },
    ...{ automated: null, channel: 'email', kind: null, read: null, urgent: null, priority: null, snoozeUntil: null },
  };
}

export interface MessageWords {
  readonly body: string;
  readonly raw?: string | null;
  readonly file?: string;
  readonly sentBy?: 'us' | 'participant';
}

/** Everything that a provider can tell of somebody: each kind of event, with each of the markers. */
export function eventsOfPerson(who: string, at: Date): readonly ProviderEvent[] {
  const is = markersOf(who);
  const [booking, lead] = [brand<never>(`booking of ${who}`), brand<never>(`lead of ${who}`)];
  const stay = { checkIn: null, checkOut: null, guestsCount: 2, propertyName: 'Sea view' };
  const person = { externalId: brand<never>(`person ${who}`), name: is.name, email: is.email };
  const conversation: ProviderConversation = {
    ...{
      externalId: brand<never>(`thread of ${who}`),
      address: {},
      participant: person,
      channel: 'email',
      booking,
      lead,
    },
    ...{ subject: is.subject, noReplyNeeded: null, closedAt: null, facts: null, raw: { note: is.conversationRaw } },
    newest: {
      items: [
        messageOf(`first of ${who}`, at, { body: is.theirText, raw: is.messageRaw, file: is.fileName }),
        messageOf(`second of ${who}`, at, { body: is.ourText, sentBy: 'us' }),
      ],
      older: null,
    },
  };
  return [
    {
      type: 'booking',
      booking: {
        ...{ externalId: booking, address: {}, status: 'booked', confirmationCode: 'C-1', ...stay },
        ...{ propertyExternalId: 'p', raw: { guest: is.bookingRaw } },
      },
    },
    {
      type: 'lead',
      lead: {
        ...{ externalId: lead, address: {}, status: 'open', reference: 'LD-1', ...stay },
        ...{ contactName: is.leadName, contactEmail: is.leadEmail, raw: { from: is.leadRaw } },
      },
    },
    { type: 'conversation', conversation },
    { type: 'unreadable', reason: 'no time', raw: { thread: `thread of ${who}`, said: is.unreadable } },
  ];
}

/** Everything that the database holds, as text: every row of every table. */
export async function dumpOf(db: Database): Promise<string> {
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await db.pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`);
    parts.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return parts.join('\n');
}

/** Which of somebody's words a text holds. */
export function foundIn(text: string, is: Markers): readonly string[] {
  return Object.values(is).filter((word) => text.includes(word));
}
