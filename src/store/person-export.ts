import type { AttachmentId, ParticipantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Database } from './database.ts';
import type { booking, lead, message } from './generated/client.ts';
import type { TenantScope } from './scope.ts';

/** Where the address of a file comes from. */
export type FileAddress = (id: AttachmentId) => string;

/**
 * Everything that is stored of somebody, as JSON that says what it is: who they are, their conversations with every message of both sides
 * and what was sent of it, their bookings and leads, and everything as its provider sent it (`raw`). Null where there is no such
 * participant.
 */
export async function exportPerson(
  db: Database,
  scope: TenantScope,
  participantId: ParticipantId,
  addressOf: FileAddress,
): Promise<object | null> {
  const { tenantId } = scope;
  const person = await db.prisma.participant.findFirst({ where: { tenant_id: tenantId, id: participantId } });
  if (!person) return null;
  const conversations = await db.prisma.conversation.findMany({
    where: { tenant_id: tenantId, participant_id: participantId },
    include: {
      booking: true,
      lead: true,
      parked: { select: { external_id: true, message: true } },
      attachments: { where: { message_id: null } },
      messages: {
        include: { attachments: true, outbox: { include: { attempts: { orderBy: { number: 'asc' } } } } },
        orderBy: [{ order_at: 'asc' }, { id: 'asc' }],
      },
    },
    orderBy: [{ first_seen_at: 'asc' }, { id: 'asc' }],
  });
  const { id, external_id, name, email, account_id, erased_at } = person;
  return {
    participant: { id, accountId: account_id, externalId: external_id, name, email, erasedAt: erased_at },
    conversations: conversations.map((one) => ({
      ...{ id: one.id, externalId: one.external_id, address: one.address, channel: one.channel, subject: one.subject },
      ...{ closedAt: one.closed_at, firstSeenAt: one.first_seen_at, facts: one.facts, raw: one.raw },
      booking: one.booking && bookingOf(one.booking),
      lead: one.lead && leadOf(one.lead),
      messages: one.messages.map((message) => ({
        ...messageOf(message),
        attachments: message.attachments.map((file) => fileOf(file, addressOf)),
        delivery: message.outbox && {
          ...{ state: message.outbox.state, evidence: message.outbox.evidence, error: message.outbox.error },
          attempts: message.outbox.attempts.map((attempt) => ({
            ...{ number: attempt.number, startedAt: attempt.started_at, endedAt: attempt.ended_at },
            ...{ outcome: attempt.outcome, error: attempt.error },
          })),
        },
      })),
      undecided: one.parked.map((parked) => parked.message),
      uploads: one.attachments.map((file) => fileOf(file, addressOf)),
    })),
  };
}

function bookingOf(row: booking): object {
  return {
    ...{ id: row.id, externalId: row.external_id, address: row.address, status: row.status },
    ...{ confirmationCode: row.confirmation_code, checkIn: row.check_in, checkOut: row.check_out },
    ...{ guestsCount: row.guests_count, propertyName: row.property_name },
    ...{ propertyExternalId: row.property_external_id, raw: row.raw },
  };
}

function leadOf(row: lead): object {
  return {
    ...{ id: row.id, externalId: row.external_id, address: row.address, status: row.status, reference: row.reference },
    ...{ checkIn: row.check_in, checkOut: row.check_out, guestsCount: row.guests_count },
    ...{
      contactName: row.contact_name,
      contactEmail: row.contact_email,
      propertyName: row.property_name,
      raw: row.raw,
    },
  };
}

function messageOf(row: message): object {
  return {
    ...{
      id: row.id,
      externalId: row.external_id,
      sentBy: row.sent_by,
      sentAt: row.sent_at,
      recordedAt: row.recorded_at,
    },
    ...{ body: row.body, channel: row.channel, kind: row.kind, automated: row.automated },
    ...{ read: row.read_local ?? row.read_upstream, removedAt: row.removed_at, erasedAt: row.erased_at, raw: row.raw },
  };
}

function fileOf(
  file: { id: string; name: string | null; content_type: string | null; size: number | null },
  addressOf: FileAddress,
): object {
  const { id, name, content_type, size } = file;
  return { id, name, contentType: content_type, size, url: addressOf(brand<AttachmentId>(id)) };
}
