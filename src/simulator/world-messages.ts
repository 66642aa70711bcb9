import type { Clock } from '../lib/clock.ts';
import type { Attachment, Conversation, Message, MessageChange, Side, Special, Subject } from './estate.ts';
import { countBefore, insertInOrder, type Place } from './ordered.ts';
import { demand, type KeptConversation, subjectKey, type Tables } from './tables.ts';

/** A message to write. `at` may lie in the past; absent, it is now. */
export interface NewMessage {
  readonly by: Side;
  readonly body: string;
  readonly at?: Date;
  /** Absent: the conversation's own. */
  readonly channel?: string;
  readonly automated?: boolean;
  readonly read?: boolean;
  readonly special?: Special;
  /** Handed in before, for the same thread. */
  readonly attachmentIds?: readonly number[];
}

/** A file to hand in. */
export interface NewAttachment {
  readonly by: Side;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Told of every message when it is written, history included. */
export type MessageListener = (message: Message, conversation: Conversation) => void;

export interface Messaging {
  /** A thread begins. Threads cannot be made by an API anywhere: they come with a booking, a lead or a guest. */
  startConversation(subject: Subject, guestId: number, channel: string, createdAt: Date): Conversation;
  write(conversationId: number, message: NewMessage): Message;
  /** A file is handed in; nobody sees it before a message names it. */
  addAttachment(conversationId: number, file: NewAttachment): Attachment;
  setNoReplyNeeded(conversationId: number, value: boolean): void;
  /** Throws a RangeError where there is no such message. */
  changeMessage(messageId: number, change: MessageChange): Message;
  /** Everything from the guest counts as read by the host's side. */
  markRead(conversationId: number): void;
  /** The guest was taken off: the thread is gone, with its messages. */
  removeConversation(conversationId: number): void;
  /** Also hangs from that subject from now on; `instead` takes it off the others. */
  attach(conversationId: number, subject: Subject, instead: boolean): void;
  /** The returned function stops it. */
  onMessage(listener: MessageListener): () => void;
}

/** Writing and changing threads. */
export function createMessaging(tables: Tables, clock: Clock): Messaging {
  const listeners = new Set<MessageListener>();
  const find = (id: number): KeptConversation => demand(tables.conversations, 'conversation', id);
  return {
    startConversation(subject, guestId, channel, createdAt) {
      const id = tables.nextId('conversation');
      const conversation: KeptConversation = {
        ...{ id, subjects: [], guestId, channel, createdAt },
        ...{ noReplyNeeded: false, messages: [] },
      };
      tables.conversations.set(id, conversation);
      return hang(tables, conversation, [subject]);
    },
    write(conversationId, news) {
      const conversation = find(conversationId);
      const message = compose(tables.nextId('message'), conversation, news, clock.now());
      insertInOrder(conversation.messages, message, placeOfMessage);
      tables.messages.set(message.id, message);
      for (const listener of listeners) listener(message, conversation);
      return message;
    },
    addAttachment(conversationId, file) {
      const id = tables.nextId('attachment');
      const attachment = { id, conversationId: find(conversationId).id, ...file, at: clock.now() };
      tables.attachments.set(id, attachment);
      return attachment;
    },
    setNoReplyNeeded: (conversationId, noReplyNeeded) =>
      void tables.conversations.set(conversationId, { ...find(conversationId), noReplyNeeded }),
    changeMessage: (messageId, change) => replace(tables, demand(tables.messages, 'message', messageId), change),
    markRead(conversationId) {
      const unread = find(conversationId).messages.filter((message) => !message.read);
      for (const message of unread) replace(tables, message, { read: true });
    },
    removeConversation(conversationId) {
      const conversation = find(conversationId);
      hang(tables, conversation, []);
      tables.conversations.delete(conversationId);
      for (const message of conversation.messages) tables.messages.delete(message.id);
    },
    attach(conversationId, subject, instead) {
      const conversation = find(conversationId);
      hang(tables, conversation, instead ? [subject] : [...conversation.subjects, subject]);
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A message's place in its thread. */
export function placeOfMessage(message: Message): Place {
  return { time: message.at.getTime(), id: message.id };
}

function compose(id: number, conversation: Conversation, news: NewMessage, now: Date): Message {
  return {
    id,
    conversationId: conversation.id,
    by: news.by,
    body: news.body,
    at: news.at ?? now,
    channel: news.channel ?? conversation.channel,
    automated: news.automated ?? false,
    read: news.read ?? news.by === 'host',
    readByGuest: news.by === 'guest',
    urgent: false,
    priority: 0,
    snoozeUntil: null,
    special: news.special ?? null,
    attachmentIds: news.attachmentIds ?? [],
    redacted: false,
  };
}

function replace(tables: Tables, message: Message, change: MessageChange): Message {
  const changed = { ...message, ...change };
  const thread = demand(tables.conversations, 'conversation', message.conversationId).messages;
  thread[countBefore(thread, placeOfMessage(message), placeOfMessage)] = changed;
  tables.messages.set(changed.id, changed);
  return changed;
}

function hang(tables: Tables, conversation: KeptConversation, subjects: readonly Subject[]): Conversation {
  for (const subject of conversation.subjects) {
    const others = tables.bySubject.get(subjectKey(subject))?.filter((id) => id !== conversation.id) ?? [];
    tables.bySubject.set(subjectKey(subject), others);
  }
  for (const subject of subjects) {
    const before = tables.bySubject.get(subjectKey(subject)) ?? [];
    tables.bySubject.set(subjectKey(subject), [...before, conversation.id]);
  }
  const hung = { ...conversation, subjects };
  tables.conversations.set(conversation.id, hung);
  return hung;
}
