import { describe, expect, it } from 'vitest';
import { visit } from './simulator-visitor.ts';

const since = '2026-03-02T09:00:00Z';

describe('what has changed', () => {
  it('is told from either form of a time on, with what is gone', async () => {
    const { ask, simulator, clock } = visit();
    const [kept, gone, changed] = [1, 2, 3].map(() => simulator.addConversation().externalId);
    const edited = simulator.guestWrites(changed ?? '', 'Hello');
    const lost = simulator.guestWrites(gone ?? '', 'Farewell');
    const quiet = simulator.guestWrites(kept ?? '', 'Still here');
    clock.advance(10_000);
    const { headers } = await ask('GET /inbox/messages');
    const time = headers.get('x-updated-since-request-synced-at') ?? '';
    expect(time).toBe('2026-03-02 09:00:10 UTC');
    clock.advance(10_000);
    simulator.changeMessage(edited, { body: 'Hello!' });
    simulator.removeConversation(gone ?? '');
    for (const text of [time, '2026-03-02T09:00:10Z']) {
      const query = `?updated_since=${encodeURIComponent(text)}`;
      const messages = (await ask(`GET /inbox/messages${query}`)).body;
      expect(messages.messages).toMatchObject([{ id: Number(edited), content: 'Hello!' }]);
      expect(messages.meta.deleted_ids).toEqual([Number(lost)]);
      expect((await ask(`GET /inbox/conversations${query}`)).body.meta.deleted_ids).toEqual([Number(gone)]);
    }
    expect(quiet).not.toBe(edited);
    expect((await ask('GET /inbox/messages')).body.meta.deleted_ids).toBeUndefined();
    expect((await ask('GET /inbox/messages?updated_since=yesterday')).status).toBe(422);
  });

  it('counts what others did: messages, reads, closing, assigning, notes', async () => {
    const { ask, simulator, clock } = visit();
    const { externalId } = simulator.addConversation();
    const acts: (() => unknown)[] = [
      () => simulator.guestWrites(externalId, 'Hello'),
      () => simulator.hostWritesElsewhere(externalId, 'Hello!'),
      () => simulator.closeElsewhere(externalId),
      () => simulator.assign(externalId, '9'),
      () => simulator.noteInternally(externalId, 'A regular'),
    ];
    for (const act of acts) {
      clock.advance(60_000);
      const from = clock.now().toISOString();
      clock.advance(1);
      act();
      const { conversations } = (await ask(`GET /inbox/conversations?updated_since=${from}`)).body;
      expect(conversations).toHaveLength(1);
    }
    const [item] = (await ask('GET /inbox/conversations')).body.conversations;
    expect(item).toMatchObject({ closed_at: '2026-03-02T09:03:00Z', links: { assignee: 9 } });
    expect(item.read_at).toBe('2026-03-02T09:02:00Z');
    expect(simulator.conversations()[0]?.messages.map(({ body }) => body)).toEqual(['Hello', 'Hello!']);
  });

  it('need not count a new message as a change of its conversation', async () => {
    const { ask, simulator, clock } = visit({ messageBumpsConversation: false });
    const { externalId } = simulator.addConversation();
    clock.advance(60_000);
    simulator.guestWrites(externalId, 'Hello');
    const [item] = (await ask('GET /inbox/conversations')).body.conversations;
    expect(item).toMatchObject({ updated_at: since, last_message_at: '2026-03-02T09:01:00Z' });
  });

  it('dates what was there from the beginning by its own days', async () => {
    const { ask, simulator } = visit({}, { size: 20 });
    const { messages } = (await ask('GET /inbox/messages')).body;
    for (const one of messages) expect([one.created_at, one.updated_at]).toEqual([one.sent_at, one.sent_at]);
    expect((await ask('GET /inbox/messages?updated_since=2026-03-02T09:00:00.250Z')).body.messages).toEqual([]);
    expect(simulator.conversations().length).toBeGreaterThanOrEqual(20);
  });

  it('may open what was closed, where the guest writes', async () => {
    const { ask, simulator } = visit({ guestReopens: true });
    const { externalId } = simulator.addConversation();
    simulator.closeElsewhere(externalId);
    simulator.guestWrites(externalId, 'One more thing');
    expect((await ask('GET /inbox/conversations')).body.conversations[0].closed_at).toBeNull();
  });
});
