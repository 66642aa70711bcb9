import { describe, expect, it } from 'vitest';
import { testApp } from '../helpers/app.ts';
import { type SentSpan, withTraces } from './telling.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const SEND = 'mutation Say($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
const WORDS = 'Dear Ana, the key is under the mat';

function named(spans: readonly SentSpan[], name: string): readonly SentSpan[] {
  return spans.filter((span) => span.name === name);
}

describe('traces', () => {
  it('have a span for each operation, call of a provider, pull and send, within each other, and no words of people', async () => {
    const telemetry = await withTraces();
    const t = await testApp({ size: 2, app: { telemetry } });
    const accountId = await t.connect();
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    const query = 'query Inbox { conversations(first: 2) { nodes { id } } }';
    const inbox = await t.post(JSON.stringify({ query }), headers);
    const { data } = (await inbox.json()) as { data: { conversations: { nodes: { id: string }[] } } };
    const input = { conversationId: data.conversations.nodes[0]?.id, body: WORDS };
    await t.ask(SEND, { input });
    await t.settle();
    const sync = 'mutation Sync($input: SyncAccountInput!) { syncAccount(input: $input) { received } }';
    await t.ask(sync, { input: { accountId } });
    const spans = await telemetry.spans();

    const [asked] = named(spans, 'query Inbox');
    expect(asked).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
    const [connected] = spans.filter(({ name }) => name.startsWith('mutation ConnectAccount'));
    const verify = spans.find(({ name }) => name.endsWith(' verify'));
    expect(verify).toMatchObject({ traceId: connected?.traceId, parentSpanId: connected?.spanId });
    const [attempt] = named(spans, 'send attempt');
    expect(attempt?.parentSpanId ?? '').toBe('');
    expect(spans.find(({ name }) => name.endsWith(' send'))).toMatchObject({ parentSpanId: attempt?.spanId });
    const pulls = named(spans, 'pull');
    expect(pulls.length).toBeGreaterThan(0);
    for (const pull of pulls) expect(pull.parentSpanId ?? '').toBe('');
    expect(JSON.stringify(spans)).not.toContain('Ana');
  });

  it('say by a word why an operation or a call came to nothing', async () => {
    const telemetry = await withTraces();
    const t = await testApp({ app: { telemetry, fetch: () => Promise.reject(new Error('words of a socket')) } });
    await t.ask('query Wrong($id: ID!) { node(id: $id) { id } }', {});
    const connect = 'mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { errors { code } } }';
    await t.ask(connect, { input: { provider: 'lavanda', credentials: t.simulator('lavanda').credentials } });
    const spans = await telemetry.spans();
    expect(named(spans, 'query Wrong')[0]?.status).toEqual({ code: 2, message: 'BAD_USER_INPUT' });
    expect(spans.find(({ name }) => name.endsWith(' verify'))?.status).toEqual({ code: 2, message: 'unavailable' });
    expect(JSON.stringify(spans)).not.toContain('words of a socket');
  });

  it('begin anew where the caller’s word for its own is not well-formed', async () => {
    const telemetry = await withTraces();
    const t = await testApp({ idle: true, app: { telemetry } });
    for (const traceparent of [`00-${'0'.repeat(32)}-${CALLER}-01`, `ff-${TRACE}-${CALLER}-01`, 'x'.repeat(10_000)])
      await t.post(JSON.stringify({ query: '{ viewer { scopes } }' }), { traceparent });
    const spans = await telemetry.spans();
    expect(spans).toHaveLength(3);
    for (const span of spans) expect(span.parentSpanId ?? '').toBe('');
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
  });
});
