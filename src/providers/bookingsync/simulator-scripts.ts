import type { AttachmentTruth, ProviderSimulator } from '../../simulator/contract.ts';
import { type Ledger, participantsOf } from './simulator-ledger.ts';
import type { Notices } from './simulator-notices.ts';
import type { ConversationRow, FileRow, MessageRow, ParticipantRow } from './simulator-rows.ts';
import { keep } from './simulator-sending.ts';
import { fileTruth } from './simulator-truth.ts';
import { markRead } from './simulator-writing.ts';

/** Somebody who may write for the account. */
export interface HostTruth {
  readonly externalId: string;
  readonly name: string;
  /** Whether a user of the account stands behind. */
  readonly isUser: boolean;
}

/** Somebody who takes part in a conversation, as can be seen now. */
export interface ParticipantTruth {
  readonly externalId: string;
  readonly memberId: string;
  readonly memberType: 'Host' | 'Client';
  readonly readAt: Date | null;
}

/** What is done past the API, in the account's own inbox. */
export interface BookingsyncScripts {
  hosts(): readonly HostTruth[];
  participantsOf(conversation: string): readonly ParticipantTruth[];
  /** `closed` false opens it again. Absent: true. */
  closeElsewhere(conversation: string, closed?: boolean): void;
  assign(conversation: string, host: string | null): void;
  /** A note for hosts. Answers its id. */
  noteInternally(conversation: string, body: string): string;
  /** One message is taken out of its thread; the guest keeps it. */
  removeMessage(message: string): void;
}

type CommonScripts = Required<
  Pick<
    ProviderSimulator,
    'guestWrites' | 'hostWritesElsewhere' | 'addAttachment' | 'attachments' | 'changeMessage' | 'removeConversation'
  >
>;

/** Scripts over an account's ledger. */
export function createScripts(ledger: Ledger, notices: Notices): CommonScripts & BookingsyncScripts {
  return { ...inboxScripts(ledger, notices), ...threadScripts(ledger, notices) };
}

function inboxScripts(ledger: Ledger, { look }: Notices): BookingsyncScripts {
  return {
    hosts: () =>
      ledger.hosts.all().map(({ id, firstname, lastname, userId }) => ({
        ...{ externalId: String(id), name: `${firstname} ${lastname}`, isUser: userId !== null },
      })),
    participantsOf: (conversation) =>
      participantsOf(ledger, threadNamed(ledger, look, conversation).id).map(
        ({ id, memberId, memberType, readAt }) => ({
          ...{ externalId: String(id), memberId: String(memberId), memberType, readAt },
        }),
      ),
    closeElsewhere(conversation, closed = true) {
      const { id } = threadNamed(ledger, look, conversation);
      ledger.conversations.change(id, { closedAt: closed ? ledger.clock.now() : null });
    },
    assign(conversation, host) {
      const assigneeId = host === null ? null : (ledger.hosts.get(Number(host))?.id ?? 0);
      if (assigneeId === 0) throw new RangeError(`[simulator] no host ${host}`);
      ledger.conversations.change(threadNamed(ledger, look, conversation).id, { assigneeId });
    },
    noteInternally(conversation, body) {
      const thread = threadNamed(ledger, look, conversation);
      const common = { channel: null, origin: 'bookingsync_inbox', visibility: 'internal', attachmentIds: [] };
      const posted = { ...common, senderId: hostIn(ledger, thread).id, sentAt: ledger.clock.now() };
      return String(keep(ledger, thread.id, posted, body, false).id);
    },
    removeMessage: (message) => ledger.messages.remove(messageNamed(ledger, look, message).id),
  };
}

function threadScripts(ledger: Ledger, { look }: Notices): CommonScripts {
  const { world, byWorld } = ledger;
  const worldIdOf = (conversation: string): number => threadNamed(ledger, look, conversation).worldId ?? 0;
  const idOf = (worldId: number): string => String(byWorld.messages.get(worldId) ?? '');
  return {
    guestWrites(conversation, body, { attachments = [], ...how } = {}) {
      const attachmentIds = attachments.map((id) => fileIn(ledger, id, worldIdOf(conversation)));
      return idOf(world.write(worldIdOf(conversation), { by: 'guest', body, attachmentIds, ...how }).id);
    },
    hostWritesElsewhere(conversation, body) {
      const thread = threadNamed(ledger, look, conversation);
      markRead(ledger, hostIn(ledger, thread).id);
      return idOf(world.write(thread.worldId ?? 0, { by: 'host', body }).id);
    },
    addAttachment(conversation, { by = 'participant', ...file }) {
      const made = world.addAttachment(worldIdOf(conversation), { by: by === 'us' ? 'host' : 'guest', ...file });
      look();
      return String(byWorld.files.get(made.id) ?? '');
    },
    attachments(): readonly AttachmentTruth[] {
      look();
      return ledger.files.all().map((file) => fileTruth(ledger, file));
    },
    changeMessage(message, change) {
      const row = messageNamed(ledger, look, message);
      if (row.worldId === null) throw new RangeError(`[simulator] message ${message} is known here alone`);
      world.changeMessage(row.worldId, change);
      look();
      const thread = ledger.conversations.get(row.conversationId);
      if (change.read && thread) markRead(ledger, hostIn(ledger, thread).id);
    },
    removeConversation(conversation) {
      world.removeConversation(worldIdOf(conversation));
      look();
    },
  };
}

/** The Host that everybody's conversations have; he is seen from now on where he was not. */
function hostIn(ledger: Ledger, { id }: ConversationRow): ParticipantRow {
  const standing = ledger.participants.of(id).find(({ memberType }) => memberType === 'Host');
  if (!standing) throw new RangeError(`[simulator] nobody writes in conversation ${id}`);
  return standing;
}

function threadNamed(ledger: Ledger, look: () => void, externalId: string): ConversationRow {
  look();
  const row = ledger.conversations.get(Number(externalId));
  if (!row) throw new RangeError(`[simulator] no conversation ${externalId}`);
  return row;
}

function messageNamed(ledger: Ledger, look: () => void, externalId: string): MessageRow {
  look();
  const row = ledger.messages.get(Number(externalId));
  if (!row) throw new RangeError(`[simulator] no message ${externalId}`);
  return row;
}

/** The estate's number of a file in that thread. */
function fileIn(ledger: Ledger, externalId: string, thread: number): number {
  const file: FileRow | undefined = ledger.files.get(Number(externalId));
  const found = file?.worldIds.find((id) => ledger.world.attachments.get(id)?.conversationId === thread);
  if (found === undefined) throw new RangeError(`[simulator] no attachment ${externalId} in that conversation`);
  return found;
}
