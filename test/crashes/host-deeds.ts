import {
  CloseConversationDocument,
  DisconnectAccountDocument,
  EraseParticipantDocument,
  MarkConversationReadDocument,
  ReopenConversationDocument,
  SetNoReplyNeededDocument,
  UpdateMessageDocument,
} from '../generated/operations.ts';
import { type Deed, keep, keptOf, threadAt } from './deed.ts';
import { type Desk, until } from './desk.ts';
import { guest } from './guest-deeds.ts';

/** A thread is marked as read, at the provider too. */
export const markRead: Deed = {
  async prepare(desk, n) {
    await guest.act(desk, n);
    await until('it is stored', () => guest.ended(desk, n));
  },
  async act(desk) {
    await desk.persist(MarkConversationReadDocument, { input: { conversationId: (await threadAt(desk)).id } });
  },
  async ended(desk) {
    const { id, externalId } = await threadAt(desk);
    const truth = desk.simulator.conversations().find((one) => one.externalId === externalId);
    const unread = truth?.messages.some(({ sentBy, read }) => sentBy === 'participant' && read === false);
    const [row] = await desk.query<{ unread_count: number }>('SELECT unread_count FROM conversation WHERE id = $1', [
      id,
    ]);
    return row?.unread_count === 0 && unread === false;
  },
};

/** A message is marked as urgent, or as not. */
export const mark: Deed = {
  prepare: async (desk) => void (await threadAt(desk)),
  async act(desk, n) {
    await desk.persist(UpdateMessageDocument, { input: { messageId: await lastMessage(desk), urgent: n % 2 === 0 } });
  },
  async ended(desk, n) {
    const sql = 'SELECT urgent_local FROM message WHERE id = $1';
    const [row] = await desk.query<{ urgent_local: boolean | null }>(sql, [await lastMessage(desk)]);
    return row?.urgent_local === (n % 2 === 0);
  },
};

async function lastMessage(desk: Desk): Promise<string> {
  const sql = 'SELECT last_message_id AS id FROM conversation WHERE id = $1';
  return (await desk.query<{ id: string }>(sql, [(await threadAt(desk)).id]))[0]?.id ?? '';
}

/** A conversation is said to need no answer, or one after all. */
export const noReply: Deed = {
  prepare: async (desk) => void (await threadAt(desk)),
  async act(desk, n) {
    const input = { conversationId: (await threadAt(desk)).id, noReplyNeeded: n % 2 === 0 };
    await desk.persist(SetNoReplyNeededDocument, { input });
  },
  async ended(desk, n) {
    const { id, externalId } = await threadAt(desk);
    const sql = 'SELECT no_reply_needed AS value FROM conversation WHERE id = $1';
    const [row] = await desk.query<{ value: boolean | null }>(sql, [id]);
    const truth = desk.simulator.stateOf?.(externalId).noReplyNeeded;
    return (row?.value ?? false) === (n % 2 === 0) && truth === (n % 2 === 0);
  },
};

/** A conversation is closed, or opened again. */
export const close: Deed = {
  prepare: async (desk) => void (await threadAt(desk)),
  async act(desk, n) {
    const input = { conversationId: (await threadAt(desk)).id };
    if (n % 2 === 0) await desk.persist(CloseConversationDocument, { input });
    else await desk.persist(ReopenConversationDocument, { input });
  },
  async ended(desk, n) {
    const sql = 'SELECT closed_at IS NOT NULL AS closed FROM conversation WHERE id = $1';
    const [row] = await desk.query<{ closed: boolean }>(sql, [(await threadAt(desk)).id]);
    return row?.closed === (n % 2 === 0);
  },
};

/** The account is disconnected and connected again. */
export const reconnect: Deed = {
  async act(desk) {
    await desk.persist(DisconnectAccountDocument, { accountId: desk.accountId });
    await desk.connect(desk.simulator);
  },
  async ended(desk) {
    const sql = 'SELECT state, sweep_since, imported_at FROM account WHERE id = $1';
    const [row] = await desk.query<{ state: string; sweep_since: Date | null }>(sql, [desk.accountId]);
    return row?.state === 'LIVE' && row.sweep_since === null;
  },
};

/** One more account is connected, and everything in it is imported. */
export const connect: Deed = {
  async act(desk, n) {
    keep(desk, n, { id: await desk.connect(await desk.another()) });
  },
  async ended(desk, n) {
    const sql = 'SELECT imported_at FROM account WHERE id = $1 AND imported_at IS NOT NULL AND sweep_since IS NULL';
    return (await desk.query(sql, [keptOf(desk, n).id])).length === 1;
  },
};

/** Somebody who has written is erased. */
export const erase: Deed = {
  async prepare(desk, n) {
    const { externalId } = desk.simulator.addConversation();
    const body = `To be erased ${n}`;
    desk.simulator.guestWrites(externalId, body);
    await until('it is stored', async () => {
      await desk.look();
      const sql = `SELECT c.participant_id AS id FROM message m JOIN conversation c ON c.id = m.conversation_id
        WHERE m.body = $1 AND c.participant_id IS NOT NULL`;
      const [row] = await desk.query<{ id: string }>(sql, [body]);
      if (row) keep(desk, n, { id: row.id, body });
      return row !== undefined;
    });
  },
  async act(desk, n) {
    await desk.persist(EraseParticipantDocument, { participantId: keptOf(desk, n).id });
  },
  async ended(desk, n) {
    const { id, body } = keptOf(desk, n);
    const sql = `SELECT 1 FROM participant p JOIN erasure e ON e.participant_id = p.id
      WHERE p.id = $1 AND p.name IS NULL AND e.finished_at IS NOT NULL`;
    const gone = (await desk.query('SELECT 1 FROM message WHERE body = $1', [body])).length === 0;
    return gone && (await desk.query(sql, [id])).length === 1;
  },
};
