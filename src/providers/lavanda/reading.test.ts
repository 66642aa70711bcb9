import { expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ConversationKey } from '../contract.ts';
import thread from './fixtures/booking-conversation.json' with { type: 'json' };
import { documented } from './fixtures/schema-variants.ts';
import { call, type Seen, scriptedLavanda } from './fixtures/scripted-lavanda.ts';

const { booking } = thread.data.bookings;

const keyOf = (id: string, externalId: string | null = null): ConversationKey => ({
  externalId: externalId === null ? null : brand(externalId),
  address: { booking: id },
});

/** Each alias with the id that it asks for. */
function askedOf({ body }: Seen): [string, unknown][] {
  const ids = Object.entries(body.variables ?? {}).filter(([name]) => name.endsWith('Id'));
  return ids.map(([name, id]) => [name.slice(0, -2), id]);
}

const bookingOf = (id: unknown): JsonObject => ({
  booking: { id: String(id), converation: { ...booking.converation, id: `cv-${id}` } },
});

test('25 conversations are one document, each answer in the slot of its key', async () => {
  const { adapter, documents } = scriptedLavanda((seen) =>
    Object.fromEntries(askedOf(seen).map(([k, id]) => [k, bookingOf(id)])),
  );
  const keys = Array.from({ length: 25 }, (_, index) => keyOf(`bk_${index}`));
  const slots = await adapter.conversations(keys, call);
  expect(documents()).toHaveLength(1);
  expect(slots.map((slot) => slot.ok && slot.value?.externalId)).toEqual(keys.map((_, index) => `cv-bk_${index}`));
  const newest = slots[0]?.ok ? slots[0].value?.newest : null;
  expect(newest?.items.map(({ externalId }) => externalId)).toEqual(['ms_2', 'ms_1']);
  expect(newest?.older).toBeNull();
});

test('nothing asked is nothing sent', async () => {
  const { adapter, seen } = scriptedLavanda(() => ({}));
  expect(await adapter.conversations([], call)).toEqual([]);
  expect(await adapter.messages([], call)).toEqual([]);
  expect(seen).toEqual([]);
});

test('keeps a failed key from failing its neighbours', async () => {
  const { adapter } = scriptedLavanda((seen) =>
    Response.json({
      data: Object.fromEntries(askedOf(seen).map(([k, id]) => [k, id === 'bad' ? { booking: null } : bookingOf(id)])),
      errors: [{ message: 'No', path: ['k1', 'booking'], extensions: { code: 'FORBIDDEN' } }],
    }),
  );
  const keys = [keyOf('a'), keyOf('bad'), keyOf('b'), { externalId: null, address: { hotel: 'x' } }];
  const [first, bad, third, foreign] = await adapter.conversations(keys, call);
  expect(first).toMatchObject({ ok: true, value: { externalId: 'cv-a' } });
  expect(bad).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  expect(third).toMatchObject({ ok: true, value: { externalId: 'cv-b' } });
  expect(foreign).toMatchObject({ ok: false, error: { kind: 'invalid' } });
});

test('a key whose failure takes all data with it is left out, and its neighbours are asked for again', async () => {
  const { adapter, documents } = scriptedLavanda((seen) => {
    const asked = askedOf(seen);
    const bad = asked.find(([, id]) => id === 'bad');
    if (!bad) return Object.fromEntries(asked.map(([k, id]) => [k, bookingOf(id)]));
    return Response.json({
      data: null,
      errors: [{ message: 'No', path: [bad[0]], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
  });
  const slots = await adapter.conversations([keyOf('bad'), keyOf('a'), keyOf('b')], call);
  expect(slots.map(({ ok }) => ok)).toEqual([false, true, true]);
  expect(documents()).toHaveLength(2);
});

test('a conversation that is not there, or not there any more, answers null', async () => {
  const answers = { a: { booking: null }, b: { booking: { id: 'b', converation: null } }, c: bookingOf('c'), d: null };
  const { adapter } = scriptedLavanda((seen) =>
    Response.json({
      data: Object.fromEntries(askedOf(seen).map(([k, id]) => [k, answers[id as keyof typeof answers]])),
      errors: [{ message: 'gone', path: ['k3', 'booking'], extensions: { code: 'NOT_FOUND' } }],
    }),
  );
  const keys = [keyOf('a'), keyOf('b'), keyOf('c', 'cv-removed'), keyOf('d')];
  for (const slot of await adapter.conversations(keys, call)) expect(slot).toEqual({ ok: true, value: null });
});

test('several conversations of one booking are asked for once, and each key finds its own', async () => {
  const three = ['cv_1', 'cv_2', 'cv_3'].map((id) => ({ ...booking.converation, id, participant: { name: id } }));
  const variant = { ...documented, conversation: 'conversations', holds: 'list' } as const;
  const { adapter, documents } = scriptedLavanda(() => ({ k0: { booking: { id: 'bk', conversations: three } } }), {
    variant,
  });
  const slots = await adapter.conversations([keyOf('bk', 'cv_3'), keyOf('bk', 'cv_1'), keyOf('bk')], call);
  const names = slots.map((slot) => slot.ok && slot.value?.participant?.name);
  expect(names).toEqual(['cv_3', 'cv_1', 'cv_1']);
  expect(Object.keys(documents()[0]?.body.variables ?? {})).toEqual(['k0Id', 'k0First']);
});

test('a lead is asked for in its own namespace', async () => {
  const lead = { id: 'ld_1', converation: { ...booking.converation } };
  const { adapter, documents } = scriptedLavanda(() => ({ k0: { lead } }));
  const [slot] = await adapter.conversations([{ externalId: null, address: { lead: 'ld_1' } }], call);
  expect(slot).toMatchObject({ ok: true, value: { lead: 'ld_1', booking: null, address: { lead: 'ld_1' } } });
  expect(documents()[0]?.body.query).toContain('crm { lead(leadId: $k0Id)');
});

test('long threads that run oldest first are read from their end once that is known', async () => {
  const messages = (ids: number[], more: object) => ({
    edges: ids.map((id) => ({ node: { id: `m${id}`, sentAt: new Date(Date.UTC(2026, 0, id)).toISOString() } })),
    pageInfo: { hasNextPage: false, endCursor: 'e', hasPreviousPage: false, startCursor: 's', ...more },
  });
  const { adapter, documents } = scriptedLavanda(
    ({ body }) => {
      const last = Object.keys(body.variables ?? {}).some((name) => name.endsWith('Last'));
      const page = last ? messages([3, 4], { hasPreviousPage: true }) : messages([1, 2], { hasNextPage: true });
      return { k0: { booking: { id: 'bk', converation: { id: 'cv', messages: page } } } };
    },
    { variant: { ...documented, backwards: true } },
  );
  const pages = [{ conversation: keyOf('bk'), older: null }];
  const [slot] = await adapter.messages(pages, call);
  expect(slot?.ok && slot.value?.items.map(({ externalId }) => externalId)).toEqual(['m3', 'm4']);
  expect(slot?.ok && slot.value?.older).toBe('{"before":"s"}');
  expect(documents()).toHaveLength(2);
  await adapter.messages(pages, call);
  expect(documents()).toHaveLength(3);
});

test('a broken cursor fails its slot as invalid', async () => {
  const { adapter } = scriptedLavanda((seen) => Object.fromEntries(askedOf(seen).map(([k, id]) => [k, bookingOf(id)])));
  const pages = ['broken', null].map((older) => ({ conversation: keyOf('bk'), older }));
  const [broken, newest] = await adapter.messages(pages, call);
  expect(broken).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  expect(newest).toMatchObject({ ok: true });
});
