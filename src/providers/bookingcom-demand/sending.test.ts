import { expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import type { OutgoingMessage } from '../contract.ts';
import refused from './fixtures/refused.json' with { type: 'json' };
import { call, type Script, scriptedDemand } from './fixtures/scripted-demand.ts';
import sent from './fixtures/sent.json' with { type: 'json' };
import thread32 from './fixtures/thread-3.2.json' with { type: 'json' };

const id = '7dfa2fb6-fe7e-5a47-99b1-0de2dccd329e';
const address = { accommodation: '7000001', reservation: '4000000001' };
const message: OutgoingMessage = {
  conversation: { externalId: brand(id), address },
  body: 'Until three.',
  attachments: [],
};
const bare = { ...message, conversation: { externalId: null, address } };

async function send(script: Script, what: OutgoingMessage = message) {
  const { adapter, seen } = scriptedDemand(script);
  return { outcome: await adapter.send(what, call), seen };
}

const unless =
  (script: Script): Script =>
  (seen) =>
    seen.url.endsWith('/conversations') ? script(seen) : sent;

test('a message goes into its conversation, once, and is dated as the thread will have it', async () => {
  const { outcome, seen } = await send(() => sent);
  expect(seen.map(({ body }) => body)).toEqual([
    { conversation: id, accommodation: '7000001', content: 'Until three.' },
  ]);
  expect(outcome).toEqual({
    ...{ kind: 'accepted', id: sent.data.message, notes: [] },
    at: new Date('2026-03-14T09:31:07.871Z'),
  });
});

test('files are named beside the text', async () => {
  const { seen } = await send(() => sent, { ...message, attachments: [brand('a-1'), brand('a-2')] });
  expect(seen[0]?.body).toMatchObject({ content: 'Until three.', attachments: ['a-1', 'a-2'] });
});

test('a conversation known by its reservation alone is looked up, since the reference requires it', async () => {
  const { outcome, seen } = await send(
    unless(() => thread32),
    bare,
  );
  expect(outcome.kind).toBe('accepted');
  expect(seen.map(({ body }) => body)).toEqual([
    { accommodation: '7000001', reservation: '4000000001' },
    { conversation: id, accommodation: '7000001', content: 'Until three.' },
  ]);
});

test('where there is none yet, the first message names the reservation', async () => {
  for (const answer of [
    { data: { conversation: null } },
    new Response('', { status: 404 }),
    new Response('', { status: 400 }),
  ]) {
    const { outcome, seen } = await send(
      unless(() => answer),
      bare,
    );
    expect(outcome.kind).toBe('accepted');
    expect(seen.at(-1)?.body).toEqual({ reservation: '4000000001', accommodation: '7000001', content: 'Until three.' });
  }
});

test('a failure of what only prepares it is a rejection, and nothing is sent', async () => {
  for (const status of [408, 503]) {
    const { outcome, seen } = await send(
      unless(() => new Response('', { status })),
      bare,
    );
    expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
    expect(seen).toHaveLength(1);
  }
});

test('a message to nowhere asks nobody', async () => {
  for (const conversation of [
    { externalId: brand<never>(id), address: {} },
    { externalId: null, address: { accommodation: '7000001' } },
  ]) {
    const { outcome, seen } = await send(() => sent, { ...message, conversation });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
    expect(seen).toEqual([]);
  }
});

test('a clear refusal is a rejection', async () => {
  for (const status of [400, 401, 403, 404, 429]) {
    const { outcome, seen } = await send(() => Response.json(refused, { status }));
    expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
    expect(seen).toHaveLength(1);
  }
});

test('whatever may have happened is unknown, and is not tried again', async () => {
  const answers: Script[] = [
    () => new Response('', { status: 500 }),
    () => new Response('', { status: 408 }),
    () => new Response('<html>'),
    () => ({ data: null }),
    () => ({ data: {} }),
    () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
  ];
  for (const answer of answers) {
    const { outcome, seen } = await send(answer);
    expect(outcome).toMatchObject({ kind: 'unknown', error: { noEffect: false } });
    expect(seen).toHaveLength(1);
  }
});
