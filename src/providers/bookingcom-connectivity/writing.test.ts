import { describe, expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import {
  address,
  call,
  conversationId,
  propertyVoice,
  refused,
  type Script,
  scriptedBooking,
} from './fixtures/scripted-booking.ts';
import thread from './fixtures/thread.json' with { type: 'json' };
import { warningsFor } from './notes.ts';

const conversation = { externalId: brand<never>(conversationId), address };
const bare = { externalId: null, address };
const path = `/properties/7000001/conversations/${conversationId}`;
const sentId = '87bfe6f0-1f88-11f1-a218-95315d9dc9f8';
const sent: Script = ({ method }) => (method === 'GET' ? thread.data : { ok: 'true', message_id: sentId });
const send = (scripted: ReturnType<typeof scriptedBooking>, fields: object = {}) =>
  scripted.adapter.send({ conversation, body: 'Yes, two spaces.', attachments: [], ...fields }, call);

describe('a message', () => {
  test('goes out in one request, with what is attached', async () => {
    const scripted = scriptedBooking(sent);
    expect(await send(scripted)).toMatchObject({ kind: 'accepted', id: sentId, notes: [] });
    await send(scripted, { attachments: [brand('a-1')] });
    expect(scripted.seen()).toMatchObject([
      { method: 'POST', path, body: { message: { content: 'Yes, two spaces.' } } },
      { body: { message: { attachment_ids: ['a-1'] } } },
    ]);
  });

  test('is dated by its id, or by now where that says nothing', async () => {
    const at = new Date('2026-03-14T09:31:07.871Z');
    const scripted = scriptedBooking(sent);
    scripted.world.now = new Date('2026-03-14T09:31:08.100Z');
    expect(await send(scripted)).toMatchObject({ at });
    for (const data of [{ ok: true, message_id: 'm1' }, { ok: true }, { message_id: sentId }]) {
      const other = scriptedBooking(() => data);
      expect(await send(other)).toMatchObject({ kind: 'accepted', at: other.world.now });
    }
  });

  test('says when the guest is mailed, and that links may go', async () => {
    for (const guest_has_account of [false, 'false'])
      expect(await send(scriptedBooking(() => ({ ok: true, guest_has_account })))).toMatchObject({
        notes: ['GUEST_GETS_EMAIL'],
      });
    const scripted = scriptedBooking(() => ({ ok: true, guest_has_account: 'true' }));
    expect(await send(scripted, { body: 'See https://example.org' })).toMatchObject({
      notes: ['LINKS_MAY_BE_REMOVED'],
    });
  });

  test('finds a conversation that is only known by its reservation, and goes nowhere without one', async () => {
    const scripted = scriptedBooking(sent);
    expect(await send(scripted, { conversation: bare })).toMatchObject({ kind: 'accepted' });
    expect(scripted.seen().map((one) => one.path)).toEqual([
      '/properties/7000001/conversations/type/reservation',
      path,
    ]);
    const gone = scriptedBooking(() => refused(404));
    expect(await send(gone, { conversation: bare })).toMatchObject({ kind: 'rejected', error: { kind: 'not-found' } });
    const down = scriptedBooking(() => refused(500));
    expect(await send(down, { conversation: bare })).toMatchObject({
      kind: 'rejected',
      error: { kind: 'unavailable' },
    });
  });

  test('without a text is refused before anyone is asked', async () => {
    const scripted = scriptedBooking(sent);
    const outcome = await send(scripted, { body: ' \n', attachments: [brand('a-1')] });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'invalid', noEffect: true } });
    expect(scripted.all).toEqual([]);
  });

  test('that is refused did not go out; after anything else nobody knows', async () => {
    for (const [status, kind] of Object.entries({
      400: 'rejected',
      403: 'rejected',
      429: 'rejected',
      500: 'unknown',
      409: 'unknown',
    })) {
      const scripted = scriptedBooking(() => refused(Number(status), 'You said: Yes, two spaces.'));
      const outcome = await send(scripted);
      expect(outcome.kind).toBe(kind);
      expect(outcome.kind === 'accepted' ? '' : outcome.error.detail).not.toContain('two spaces');
      expect(scripted.seen()).toHaveLength(1);
    }
    for (const body of ['', '{"data":{"ok":false}}', '<html>'])
      expect((await send(scriptedBooking(() => new Response(body)))).kind).toBe('unknown');
  });
});

describe('a warning before sending', () => {
  const facts = (details: { asks?: string } | null) => ({
    canReply: true,
    replyUntil: null,
    replyBlockedBy: null,
    details,
  });
  test('is given for links, in any form, and for nothing else', () => {
    for (const body of ['http://a.io', 'see www.example.com', 'Look at example.com/map!', 'https://x.y'])
      expect(warningsFor({ body }, null)).toEqual(['LINKS_MAY_BE_REMOVED']);
    for (const body of ['Arrive at 15.00', 'mail me@example.com', 'map.png', 'e.g. this', 'Ok.Thanks', 'version 1.2'])
      expect(warningsFor({ body }, null)).toEqual([]);
  });

  test('is given where the message will count as the answer to a request', () => {
    expect(warningsFor({ body: 'Hello' }, facts({ asks: 'checkin' }))).toEqual(['ANSWERS_SELF_SERVICE_REQUEST']);
    for (const details of [null, {}]) expect(warningsFor({ body: 'Hello' }, facts(details))).toEqual([]);
  });

  test('stands until we answer, whatever templates send meanwhile', async () => {
    const request = (topic: string) => ({
      message_id: 'r',
      message_type: 'self_service_event',
      attributes: { self_service_topic: topic },
    });
    const template = { message_id: 't', message_type: 'automatically_sent_template', sender_id: propertyVoice };
    const answer = { message_id: 'a', message_type: 'free_text', sender_id: propertyVoice };
    const dated = [request('checkin'), template, answer].map((one, index) => ({
      ...one,
      timestamp: `2026-03-14T09:0${index}:00Z`,
    }));
    const detailsOf = async (messages: readonly object[]) => {
      const data = { conversation: { ...thread.data.conversation, messages: JSON.parse(JSON.stringify(messages)) } };
      const [slot] = await scriptedBooking(() => data).adapter.conversations([conversation], call);
      return slot?.ok ? slot.value?.facts?.details : null;
    };
    expect(await detailsOf(dated.slice(0, 1))).toEqual({ asks: 'checkin' });
    expect(await detailsOf(dated.slice(0, 2))).toEqual({ asks: 'checkin' });
    expect(await detailsOf(dated)).toEqual({});
    // Date changes and cancellations are answered in the extranet alone.
    expect(await detailsOf([{ ...dated[0], ...request('change_dates_nr') }])).toBeNull();
  });
});

describe('tags', () => {
  const read = { tag: 'read', is_set: true };
  test('messages as read for the property', async () => {
    const scripted = scriptedBooking(() => read);
    await scripted.adapter.markRead?.(conversation, [brand('m1'), brand('m2')], call);
    await scripted.adapter.markRead?.(conversation, [], call);
    expect(scripted.seen()).toMatchObject([
      {
        method: 'PUT',
        path: `${path}/tags/message_read`,
        body: { message_ids: ['m1', 'm2'], participant_id: propertyVoice },
      },
    ]);
  });

  test('look up who we are where that is not known', async () => {
    const { us: _, ...rest } = address;
    const scripted = scriptedBooking(({ method }) => (method === 'GET' ? thread.data : read));
    await scripted.adapter.markRead?.({ ...conversation, address: rest }, [brand('m1')], call);
    await scripted.adapter.markRead?.({ ...conversation, address: rest }, [brand('m1')], call);
    await scripted.adapter.markRead?.(bare, [brand('m1')], call);
    expect(scripted.seen().map(({ method }) => method)).toEqual(['GET', 'PUT', 'PUT', 'GET', 'PUT']);
  });

  test('a conversation as needing no reply, and take that back', async () => {
    const scripted = scriptedBooking(() => ({ tag: 'no_reply_needed', is_set: true }));
    await scripted.adapter.setNoReplyNeeded?.(conversation, true, call);
    await scripted.adapter.setNoReplyNeeded?.(conversation, false, call);
    expect(scripted.seen().map((one) => [one.method, one.path, one.body])).toEqual([
      ['PUT', `${path}/tags/no_reply_needed`, null],
      ['DELETE', `${path}/tags/no_reply_needed`, null],
    ]);
  });

  test('that are refused say so', async () => {
    const { adapter } = scriptedBooking(() => refused(403));
    await expect(adapter.setNoReplyNeeded?.(conversation, true, call)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(adapter.markRead?.(conversation, [brand('m')], call)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
