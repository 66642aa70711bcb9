import { expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import { address, call, conversationId, propertyVoice, refused, scriptedBooking } from './fixtures/scripted-booking.ts';
import thread from './fixtures/thread.json' with { type: 'json' };

const byId = { externalId: brand<never>(conversationId), address };
const bare = { externalId: null, address };
const next = thread.data.next_page_id;

test('a conversation is read by its id, or by what it is about', async () => {
  const { adapter, seen } = scriptedBooking(() => thread.data);
  await adapter.conversations([byId], call);
  await adapter.conversations([bare], call);
  await adapter.conversations(
    [{ externalId: null, address: { ...address, type: 'request_to_book', reference: 'b/1' } }],
    call,
  );
  expect(seen().map(({ path, query }) => [path, query])).toEqual([
    [`/properties/7000001/conversations/${conversationId}`, {}],
    ['/properties/7000001/conversations/type/reservation', { conversation_reference: '4000000001' }],
    ['/properties/7000001/conversations/type/request_to_book', { conversation_reference: 'b/1' }],
  ]);
});

test('a page continues where the one before it ended, and the last one says so', async () => {
  for (const last of [undefined, null, '', next]) {
    const { adapter, seen } = scriptedBooking(({ query }) =>
      query.page_id === undefined
        ? thread.data
        : { conversation: thread.data.conversation, next_page_id: last ?? null },
    );
    const [first] = await adapter.messages([{ conversation: byId, older: null }], call);
    const older = first?.ok ? (first.value?.older ?? '') : '';
    const [second] = await adapter.messages([{ conversation: byId, older }], call);
    expect(seen()[1]?.query).toEqual({ page_id: next });
    expect(second).toMatchObject({ ok: true, value: { older: null } });
  }
});

test('a cursor that is none of ours is refused without asking', async () => {
  const { adapter, seen } = scriptedBooking(() => thread.data);
  for (const older of ['', 'page:', next, '{}'])
    expect(await adapter.messages([{ conversation: byId, older }], call)).toMatchObject([
      { error: { kind: 'invalid' } },
    ]);
  expect(seen()).toEqual([]);
});

test('keys that fail or name nothing leave the others alone', async () => {
  const { adapter } = scriptedBooking(({ path }) =>
    path.includes('bad') ? refused(500) : path.includes('gone') ? refused(404) : thread.data,
  );
  const keys = ['bad', 'gone', conversationId].map((id) => ({ externalId: brand<never>(id), address }));
  const slots = await adapter.conversations([...keys, { externalId: null, address: { place: [1] } }], call);
  expect(slots).toMatchObject([
    { ok: false, error: { kind: 'unavailable' } },
    { ok: true, value: null },
    { ok: true, value: { externalId: conversationId } },
    { ok: true, value: null },
  ]);
});

test('where the property is not known, each is tried, and one that is not ours hides no other', async () => {
  const script = ({ path }: { path: string }) => (path.startsWith('/properties/7000002/') ? thread.data : refused(403));
  const { adapter, seen } = scriptedBooking(script);
  const lost = { externalId: byId.externalId, address: {} };
  expect(await adapter.conversations([lost], call)).toMatchObject([{ value: { address: { property: '7000002' } } }]);
  expect(seen()).toHaveLength(2);
  // Its voice is known now.
  const told = { externalId: byId.externalId, address: { us: propertyVoice } };
  expect(await adapter.conversations([told], call)).toMatchObject([{ value: { address: { property: '7000002' } } }]);
  expect(seen()).toHaveLength(3);
});

test('a conversation is found by property and reservation, also while nobody has written', async () => {
  const { messages: _, ...empty } = thread.data.conversation;
  const { adapter } = scriptedBooking(({ query, path }) => {
    if (path.startsWith('/properties/1/')) return refused(403);
    return query.conversation_reference === '4000000001' ? { conversation: { ...empty, messages: [] } } : refused(404);
  });
  const found = await adapter.findConversation?.({ property: '7000001', booking: '4000000001' }, call);
  expect(found).toMatchObject({ externalId: conversationId, newest: { items: [], older: null } });
  expect(await adapter.findConversation?.({ property: '7000001', booking: '5' }, call)).toBeNull();
  const foreign = adapter.findConversation?.({ property: '1', booking: '4000000001' }, call);
  await expect(foreign).rejects.toMatchObject({ kind: 'forbidden' });
});

test('an answer without a conversation is none, and one without an id cannot be understood', async () => {
  for (const data of [{}, { conversation: null }]) {
    const { adapter } = scriptedBooking(() => data);
    expect(await adapter.conversations([byId], call)).toEqual([{ ok: true, value: null }]);
  }
  const { adapter } = scriptedBooking(() => ({ conversation: { access: 'read_write' } }));
  expect(await adapter.conversations([byId], call)).toMatchObject([{ error: { kind: 'protocol' } }]);
});
