import type { World } from '../../simulator/world.ts';
import { channels, origins, visibilities } from './simulator-channels.ts';
import { messages, ownChannelOf } from './simulator-inbox.ts';
import { type Ledger, shown } from './simulator-ledger.ts';
import { written } from './simulator-listing.ts';
import { noteMessage, type Posted } from './simulator-notices.ts';
import { type Asked, notFound, type Reply } from './simulator-replies.ts';
import {
  type Fields,
  idIn,
  itemIn,
  missing,
  outside,
  type Problem,
  refusal,
  textIn,
  unreadable,
} from './simulator-requests.ts';
import type { ConversationRow, MessageRow, ParticipantRow } from './simulator-rows.ts';
import { readTime } from './simulator-times.ts';

/** Takes a message. Equal ones are not known again: each is one more. */
export function createMessage(asked: Asked): Reply {
  const fields = itemIn(asked, 'messages');
  if (!fields) return unreadable;
  const { ledger, office } = asked;
  const conversation = ledger.conversations.get(idIn(fields['conversation_id']) ?? 0);
  const sender = ledger.participants.get(idIn(fields['sender_id']) ?? 0);
  const refused = refusal(problemsOf(ledger, fields, conversation, sender));
  if (refused || !conversation || !sender) return refused ?? notFound;
  const posted: Posted = {
    senderId: sender.id,
    channel: textIn(fields['channel']),
    origin: String(fields['origin']),
    visibility: String(fields['visibility']),
    sentAt: readTime(textIn(fields['sent_at']) ?? ''),
    attachmentIds: filesIn(ledger, fields) ?? [],
  };
  for (const warning of warningsOf(ledger, conversation, sender, posted)) office.warn(warning);
  const row = enter(asked, conversation, sender, posted, String(fields['content']));
  if (row.visibility === 'external') office.sent(row);
  return written(messages, asked, row, 201);
}

/** Changes the copy that is kept here; what was sent is sent. */
export function changeMessage(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'messages');
  if (!fields) return unreadable;
  const { ledger, office } = asked;
  const row = messages.find(asked, idIn(id) ?? 0);
  if (!row) return notFound;
  const change = {
    ...(fields['content'] === undefined ? {} : { content: textIn(fields['content']) ?? '' }),
    ...(fields['origin'] === undefined ? {} : { origin: String(fields['origin']) }),
    ...(fields['visibility'] === undefined ? {} : { visibility: String(fields['visibility']) }),
    ...(fields['channel'] === undefined ? {} : { channel: textIn(fields['channel']) }),
    ...(fields['attachment_ids'] === undefined ? {} : { attachmentIds: filesIn(ledger, fields) ?? [] }),
  };
  const after = { ...row, ...change };
  const type = ledger.participants.get(row.senderId)?.memberType;
  const refused = refusal([...valuesOf(ledger, fields), ...internalOf(after, type), ...filesOf(ledger, fields)]);
  if (refused) return refused;
  office.warn(`message ${row.id} was changed after it was sent`);
  return written(messages, asked, ledger.messages.change(row.id, change), 200);
}

/** Names one more file in a message. */
export function addAttachment(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'attachments');
  if (!fields) return unreadable;
  const { ledger } = asked;
  const row = messages.find(asked, idIn(id) ?? 0);
  const file = ledger.files.get(idIn(fields['id']) ?? 0);
  if (!row || !file) return notFound;
  ledger.files.change(file.id, {});
  const attachmentIds = [...new Set([...row.attachmentIds, file.id])];
  return written(messages, asked, ledger.messages.change(row.id, { attachmentIds }), 200);
}

function problemsOf(
  ledger: Ledger,
  fields: Fields,
  conversation: ConversationRow | undefined,
  sender: ParticipantRow | undefined,
): readonly Problem[] {
  const required = ['content', 'origin', 'visibility', 'conversation_id', 'sender_id'];
  const { requireSentAt, lenientSender } = ledger.switches;
  const blank = missing(fields, requireSentAt ? [...required, 'sent_at'] : required);
  const strange = sender && !lenientSender && sender.conversationId !== conversation?.id;
  const posted = { visibility: String(fields['visibility']), channel: textIn(fields['channel']) };
  const when = textIn(fields['sent_at']);
  return [
    ...blank,
    ...(blank.length === 0 && !conversation ? [['conversation', 'must exist'] as const] : []),
    ...(blank.length === 0 && (!sender || strange) ? [['sender', 'is invalid'] as const] : []),
    ...(when !== null && when !== '' && !readTime(when) ? [['sent_at', 'is invalid'] as const] : []),
    ...valuesOf(ledger, fields),
    ...internalOf(posted, sender?.memberType),
    ...filesOf(ledger, fields),
  ];
}

function valuesOf({ switches }: Ledger, fields: Fields): readonly Problem[] {
  const known = switches.unknownChannel === null ? channels : [...channels, switches.unknownChannel];
  return [
    ...outside(fields, 'origin', origins),
    ...outside(fields, 'visibility', visibilities),
    ...outside(fields, 'channel', known),
  ];
}

/** A note for hosts goes nowhere, and only hosts write such. */
function internalOf(
  { visibility, channel }: Pick<MessageRow, 'visibility' | 'channel'>,
  sender: ParticipantRow['memberType'] | undefined,
): readonly Problem[] {
  return visibility === 'internal' && (channel !== null || sender === 'Client') ? [['visibility', 'is invalid']] : [];
}

function filesOf(ledger: Ledger, fields: Fields): readonly Problem[] {
  return filesIn(ledger, fields) ? [] : [['attachments', 'is invalid']];
}

/** The files that are named; null where one is not there. */
function filesIn({ files }: Ledger, { attachment_ids: named }: Fields): readonly number[] | null {
  if (named === undefined || named === null) return [];
  const ids = Array.isArray(named) ? named.map((id) => idIn(id) ?? 0) : [0];
  return ids.every((id) => files.get(id)) ? ids : null;
}

function warningsOf(
  ledger: Ledger,
  conversation: ConversationRow,
  sender: ParticipantRow,
  { visibility, channel }: Posted,
): readonly string[] {
  if (visibility !== 'external') return [];
  const own = ownChannelOf(ledger, conversation);
  const known = channel === null || channel === own || channel === ledger.switches.unknownChannel;
  return [
    ...(channel === null
      ? [`a message without channel in conversation ${conversation.id} does not reach the guest`]
      : []),
    ...(own === null ? [`conversation ${conversation.id} leads to no guest`] : []),
    ...(known || own === null ? [] : [`conversation ${conversation.id} is on ${own}, not on ${channel}`]),
    ...(sender.memberType === 'Client' ? [`a message in the guest's name in conversation ${conversation.id}`] : []),
  ];
}

/** Whatever is relayed is written into the estate, where the guest sees it; the rest stays here. */
function enter(
  asked: Asked,
  conversation: ConversationRow,
  sender: ParticipantRow,
  posted: Posted,
  content: string,
): MessageRow {
  const { ledger, office } = asked;
  const thread = conversation.worldId;
  if (thread === null || posted.visibility !== 'external' || posted.channel === null) {
    return keep(ledger, conversation.id, posted, content);
  }
  const by = sender.memberType === 'Client' ? 'guest' : 'host';
  const attachmentIds = posted.attachmentIds.map((id) => handIn(ledger, thread, id));
  const at = posted.sentAt ?? ledger.clock.now();
  const { id } = office.notices.posting(posted, () =>
    ledger.world.write(thread, { by, body: content, at, attachmentIds }),
  );
  const row = ledger.messages.get(ledger.byWorld.messages.get(id) ?? 0);
  if (!row) throw new RangeError('[simulator] the message was not entered');
  return row;
}

/** A message that the estate knows nothing of. */
export function keep(ledger: Ledger, conversationId: number, posted: Posted, content: string, own = true): MessageRow {
  const now = ledger.clock.now();
  const row = ledger.messages.add((id) => ({
    ...{ id, worldId: null, conversationId, content, worldBody: content, ...posted, own },
    ...{ createdAt: now, updatedAt: now, shownFrom: now.getTime() + ledger.switches.visibleAfterMs },
  }));
  noteMessage(ledger, row, 'host');
  return row;
}

/** The estate's number of a file in that thread. */
function handIn(ledger: Ledger, thread: number, id: number): number {
  const { files, byWorld } = ledger;
  const world: World = ledger.world;
  const file = files.get(id);
  if (!file) throw new RangeError(`[simulator] no attachment ${id}`);
  const known = file.worldIds.find((one) => world.attachments.get(one)?.conversationId === thread);
  if (known !== undefined) return known;
  const { name, contentType, bytes } = file;
  const made = world.addAttachment(thread, { by: file.by === 'us' ? 'host' : 'guest', name, contentType, bytes }).id;
  byWorld.files.set(made, id);
  files.change(id, { worldIds: [...file.worldIds, made] });
  return made;
}

/** Messages that can be read now. */
export function messagesShown(ledger: Ledger, conversation: number): readonly MessageRow[] {
  return shown(ledger, ledger.messages.of(conversation));
}
