import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import conversations from './fixtures/conversations.json' with { type: 'json' };
import { call, listed, only, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

const conversation = only(conversations.conversations);
const key = (address: JsonObject) => ({ externalId: '70' as never, address });
const member = (id: number, type: string) => ({ id, links: { conversation: 70, member: { id: 8, type } } });
const provider = (participants: Json[]) =>
  scriptedBookingsync(() => listed('conversations', [{ ...conversation, participants }]));
const ids = ['501'] as never[];

it('reading is noted by our own participant, asked for only where it is not known', async () => {
  const { adapter, asked, seen } = provider([member(61, 'Client'), member(62, 'Host')]);
  await adapter.markRead?.(key({ us: '62' }), ids, call);
  await adapter.markRead?.(key({}), ids, call);
  expect(asked()).toEqual([
    ...['PUT /inbox/participants/62', 'GET /inbox/conversations/70', 'PUT /inbox/participants/62'],
  ]);
  expect(seen[0]?.body).toEqual({ participants: [{ read: true }] });
});

it('reading is noted for nobody where none of ours takes part, and nobody is let in for that', async () => {
  const { adapter, asked } = provider([member(61, 'Client')]);
  await adapter.markRead?.(key({}), ids, call);
  await adapter.markRead?.(key({}), [], call);
  expect(asked()).toEqual(['GET /inbox/conversations/70']);
});

it('closing and opening again are said to the conversation alone', async () => {
  const { adapter, seen } = provider([]);
  for (const closed of [true, false]) await adapter.setClosed?.(key({}), closed, call);
  expect(seen.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PUT', '/inbox/conversations/70', { conversations: [{ closed: true }] }],
    ['PUT', '/inbox/conversations/70', { conversations: [{ closed: false }] }],
  ]);
});

it('what is not there cannot be closed or read', async () => {
  const { adapter, seen } = provider([]);
  const nowhere = { externalId: 'no such' as never, address: {} };
  await expect(adapter.setClosed?.(nowhere, true, call)).rejects.toMatchObject({ kind: 'not-found' });
  await expect(adapter.markRead?.(nowhere, ids, call)).rejects.toMatchObject({ kind: 'not-found' });
  expect(seen).toEqual([]);
});
