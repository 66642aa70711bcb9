import { z } from 'zod';
import { ProviderError, type ProviderErrorKind } from '../../src/domain/errors.ts';
import type { SendWarning } from '../../src/domain/gateway.ts';
import { brand, type ExternalConversationId } from '../../src/domain/ids.ts';
import type {
  Assignee,
  ConversationFacts,
  Page,
  ProviderConversation,
  ProviderMessage,
  UnwrittenConversation,
} from '../../src/domain/messaging.ts';
import type {
  Call,
  ConversationKey,
  IncomingFile,
  OutgoingFile,
  OutgoingMessage,
  ProviderAbility,
  ProviderAdapter,
  ProviderModule,
} from '../../src/providers/contract.ts';
import type { Limits } from '../../src/providers/limits.ts';

/** A message as the stub's truth has it: what is left out is plain. */
export type StubMessage = Partial<ProviderMessage> & { readonly externalId: ProviderMessage['externalId'] };

export interface StubThread {
  readonly externalId: string;
  readonly booking: string | null;
  readonly guest: string;
  facts: ConversationFacts | null;
  closedAt: Date | null;
  noReplyNeeded: boolean | null;
  /** Absent: not told. */
  assignee?: Assignee | null;
  readUpTo?: Date | null;
  readonly messages: ProviderMessage[];
}

/** A provider without a wire, whose truth a test holds in its hand. */
export interface Stub {
  readonly module: ProviderModule<{ readonly key: string }>;
  /** What was asked of it so far, by method. Empty it to count anew. */
  readonly calls: string[];
  readonly sent: OutgoingMessage[];
  /** Files by their ids. */
  readonly files: Map<string, Pick<OutgoingFile, 'name' | 'contentType' | 'bytes'>>;
  /** Bookings with their properties: those nobody has written about among them. */
  readonly bookings: Map<string, string>;
  readonly read: string[];
  /** What a download answers instead of the file. */
  answer: ((call: Call) => Promise<IncomingFile>) | null;
  warnings: readonly SendWarning[];
  thread(news?: Partial<StubThread>): StubThread;
  says(thread: StubThread, news?: Partial<ProviderMessage>): ProviderMessage;
  /** The next call of that method fails so. */
  fail(method: string, kind: ProviderErrorKind): void;
}

export interface StubOptions {
  readonly id?: string;
  readonly abilities?: readonly ProviderAbility[];
  readonly limits?: Partial<Limits>;
}

const everything: readonly ProviderAbility[] = [
  'attachments',
  'markRead',
  'noReplyNeeded',
  'close',
  'findConversation',
];
export const stubFiles = { types: ['image/png', 'image/jpeg'], maxBytes: 20_000 } as const;

export function createStub(options: StubOptions = {}): Stub {
  const { id = 'stub', abilities = everything } = options;
  const threads: StubThread[] = [];
  const failures: { method: string; kind: ProviderErrorKind }[] = [];
  const begin = (method: string): void => {
    stub.calls.push(method);
    const place = failures.findIndex((one) => one.method === method);
    const [failure] = place < 0 ? [] : failures.splice(place, 1);
    if (failure) throw new ProviderError({ provider: id, operation: method, kind: failure.kind, message: 'as told' });
  };
  const stub: Stub = {
    ...{ calls: [], sent: [], files: new Map(), bookings: new Map(), read: [], answer: null, warnings: [] },
    module: {
      ...{ id, title: 'Stub', speaksAs: 'property', abilities, secretFields: ['key'] },
      credentials: z.strictObject({ key: z.string().describe('The key.') }),
      budgetKey: ({ key }) => key,
      limits: { ...limits, attachments: abilities.includes('attachments') ? stubFiles : null, ...options.limits },
      connect: ({ key }) => without(adapterOf(stub, { key, threads, begin }), abilities),
      warn: () => stub.warnings,
    },
    thread(news = {}) {
      const thread = { ...plainThread(threads.length), ...news };
      threads.push(thread);
      return thread;
    },
    says(thread, news = {}) {
      const message = { ...plainMessage(`${thread.externalId}-${thread.messages.length}`), ...news };
      thread.messages.push(message);
      return message;
    },
    fail: (method, kind) => void failures.push({ method, kind }),
  };
  return stub;
}

const limits: Limits = {
  ...{ batchSize: 10, pageSize: 50, pullEveryMs: 30_000, minGapMs: 2_000 },
  ...{ requestsPerHour: null, maxTextLength: null, parallel: 8, replyWindow: null, attachments: null },
};

function plainThread(place: number): StubThread {
  const state = { facts: null, closedAt: null, noReplyNeeded: null, booking: null };
  return { externalId: `thread-${place}`, guest: `Guest ${place}`, messages: [], ...state };
}

function plainMessage(externalId: string): ProviderMessage {
  const marks = { read: false, urgent: null, priority: null, snoozeUntil: null };
  const said = {
    body: 'Hello',
    automated: null,
    channel: 'stub',
    sentAt: new Date(1e12),
    sentBy: 'participant' as const,
  };
  return { externalId: brand(externalId), ...said, ...marks, kind: null, attachments: [], raw: {} };
}

interface World {
  readonly key: string;
  readonly threads: StubThread[];
  begin(method: string): void;
}

function adapterOf(
  stub: Stub,
  { key, threads, begin }: World,
): Required<Pick<ProviderAdapter, Optional>> & ProviderAdapter {
  const find = ({ externalId }: ConversationKey): StubThread | undefined =>
    threads.find((one) => one.externalId === externalId);
  return {
    async verify() {
      return { identity: key, title: null };
    },
    async conversations(keys) {
      begin('conversations');
      return keys.map((one) => ({ ok: true, value: told(find(one)) }));
    },
    async messages(pages) {
      begin('messages');
      return pages.map(({ conversation }) => ({ ok: true, value: pageOf(find(conversation)) }));
    },
    async sweep() {
      const conversations = threads.flatMap((one) => told(one) ?? []);
      const events = conversations.map((conversation) => ({ type: 'conversation' as const, conversation }));
      return { events, checkpoint: null, more: false, receipt: null };
    },
    async send(message) {
      begin('send');
      stub.sent.push(message);
      const booking = String(message.conversation.address['booking']);
      const thread = find(message.conversation) ?? stub.thread({ booking });
      const sent = stub.says(thread, { body: message.body, sentBy: 'us', read: true });
      return { kind: 'accepted', id: sent.externalId, at: new Date(1e12), notes: [] };
    },
    async findConversation({ property, booking }) {
      begin('findConversation');
      if (stub.bookings.get(booking) !== property) return null;
      return told(threads.find((one) => one.booking === booking)) ?? unwritten(booking);
    },
    async upload({ name, contentType, bytes }) {
      begin('upload');
      const file = `file-${stub.files.size}`;
      stub.files.set(file, { name, contentType, bytes });
      return brand(file);
    },
    async download(attachment, _conversation, call) {
      begin('download');
      if (stub.answer) return stub.answer(call);
      const { bytes, contentType } = stub.files.get(attachment) ?? { bytes: new Uint8Array(), contentType: null };
      return { contentType, size: bytes.byteLength, body: new Blob([new Uint8Array(bytes)]).stream() };
    },
    async markRead(_conversation, messages) {
      begin('markRead');
      stub.read.push(...messages);
    },
    async setNoReplyNeeded(conversation, value) {
      begin('setNoReplyNeeded');
      const thread = find(conversation);
      if (thread) thread.noReplyNeeded = value;
    },
    async setClosed(conversation, closed) {
      begin('setClosed');
      const thread = find(conversation);
      if (thread) thread.closedAt = closed ? new Date(1e12) : null;
    },
  };
}

type Optional = 'findConversation' | 'upload' | 'download' | 'markRead' | 'setNoReplyNeeded' | 'setClosed';

/** The methods of abilities that it does not have are absent. */
function without(
  { findConversation, upload, download, markRead, setNoReplyNeeded, setClosed, ...rest }: ReturnType<typeof adapterOf>,
  abilities: readonly ProviderAbility[],
): ProviderAdapter {
  return {
    ...rest,
    ...(abilities.includes('findConversation') && { findConversation }),
    ...(abilities.includes('attachments') && { upload, download }),
    ...(abilities.includes('markRead') && { markRead }),
    ...(abilities.includes('noReplyNeeded') && { setNoReplyNeeded }),
    ...(abilities.includes('close') && { setClosed }),
  };
}

function told(thread: StubThread | undefined): ProviderConversation | null {
  if (!thread) return null;
  const { guest, booking, facts, closedAt, noReplyNeeded, assignee, readUpTo } = thread;
  return {
    externalId: brand<ExternalConversationId>(thread.externalId),
    address: { booking },
    participant: { externalId: null, name: guest, email: null },
    ...{ channel: 'stub', subject: null, lead: null, facts, closedAt, noReplyNeeded },
    ...(assignee !== undefined && { assignee }),
    ...(readUpTo !== undefined && { readUpTo }),
    booking: booking === null ? null : brand(booking),
    newest: pageOf(thread),
    raw: { facts: JSON.stringify(facts), closed: closedAt?.toISOString() ?? null, noReplyNeeded },
  };
}

function pageOf(thread: StubThread | undefined): Page<ProviderMessage> | null {
  return thread ? { items: [...thread.messages], older: null } : null;
}

function unwritten(booking: string): UnwrittenConversation {
  const participant = { externalId: null, name: `Guest of ${booking}`, email: null };
  return { externalId: null, booking: brand(booking), address: { booking }, participant, channel: 'stub', facts: null };
}
