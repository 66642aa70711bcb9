import { findAttachment, messageIdOf, type Stay } from '../../simulator/bookingcom.ts';
import { type Fields, fieldsOf, textsOf } from './simulator-body.ts';
import { type Desk, isWritable } from './simulator-desk.ts';
import { type Reply, refuse } from './simulator-envelope.ts';
import type { Requests } from './simulator-requests.ts';

/** What was taken for delivery: told once each, also where the guest never gets it. */
export interface Taken {
  readonly conversation: number;
  readonly messageExternalId: string;
  readonly body: string;
  readonly attachments: readonly string[];
}

export type Sending = { readonly taken: Taken; readonly guestHasAccount: boolean } | { readonly refusal: Reply };

/** Sends as the property. Asked twice, it sends twice: there is no key to tell a repetition by. */
export function send(desk: Desk, stay: Stay, body: Fields | null, requests: Requests): Sending {
  const message = fieldsOf(body?.['message']);
  const content = message?.['content'];
  const files = textsOf(message?.['attachment_ids']);
  if (typeof content !== 'string' || content.trim() === '')
    return { refusal: refuse(400, 'message.content is required') };
  if (!files) return { refusal: refuse(400, 'message.attachment_ids must be a list') };
  if (!isWritable(desk, stay)) return { refusal: refuse(desk.switches.readOnlySend, 'The conversation is read only') };
  const attachments = files.map((id) => findAttachment(desk.world, id));
  const foreign = attachments.some((file) => file?.conversationId !== stay.conversation.id || file.by !== 'host');
  if (foreign) return { refusal: refuse(400, 'An attachment does not exist in this conversation') };
  if (stay.requested && files.length > 0) return { refusal: refuse(403, 'Attachments are not allowed here') };
  const linked = linksIn(content).some((link) => !isApproved(desk, link));
  if (linked && desk.switches.blockedLink === 'refused') return { refusal: refuse(400, 'The message has a link') };
  const attachmentIds = attachments.flatMap((file) => (file ? [file.id] : []));
  const messageExternalId = deliver(desk, stay, linked, content, attachmentIds);
  requests.answered(stay.conversation.id);
  const taken = { conversation: stay.conversation.id, messageExternalId, body: content, attachments: files };
  return { taken, guestHasAccount: stay.guest.hasAccount };
}

function deliver(desk: Desk, stay: Stay, linked: boolean, content: string, attachmentIds: readonly number[]): string {
  const { world, clock, switches } = desk;
  if (linked && switches.blockedLink === 'notDelivered') {
    // Taken and dropped: it has an id of its own, and stands nowhere.
    return messageIdOf({ id: 4_000_000_000 + world.messages.size, at: clock.now() });
  }
  const body = linked ? withoutLinks(desk, content) : content;
  return messageIdOf(world.write(stay.conversation.id, { by: 'host', body, attachmentIds }));
}

const link = /\b(?:https?:\/\/|www\.)[^\s<>"]+/gi;

function linksIn(text: string): readonly string[] {
  return text.match(link) ?? [];
}

function withoutLinks(desk: Desk, text: string): string {
  return text.replace(link, (found) => (isApproved(desk, found) ? found : '[link removed]'));
}

function isApproved({ switches }: Desk, found: string): boolean {
  const host = /^(?:https?:\/\/)?([^/?#:\s]+)/i.exec(found)?.[1]?.toLowerCase() ?? '';
  return switches.approvedHosts.includes(host);
}
