import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createMeters } from '../../src/telemetry/meters.ts';
import { testApp } from '../helpers/app.ts';
import { withMetrics } from './telling.ts';

/** The value of one series; undefined where it is not there. */
function figure(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const INBOX = 'query Inbox { conversations(first: 5) { nodes { id messages(first: 2) { nodes { body } } } } }';

async function busyApp() {
  const telemetry = await withMetrics();
  const t = await testApp({ size: 3, app: { telemetry } });
  const accountId = await t.connect();
  return { telemetry, t, accountId };
}

describe('figures for Prometheus', () => {
  it('are told without the store’s where that says nothing, and do not wait for it', async () => {
    const meters = createMeters();
    meters.store(() => new Promise(() => undefined));
    const from = systemClock.monotonic();
    expect(await meters.text()).toContain('parley_event_loop_lag_seconds');
    expect(systemClock.monotonic() - from).toBeLessThan(8_000);
  });

  it('count operations by kind and outcome, and calls of resolvers by field', async () => {
    const { telemetry, t } = await busyApp();
    type Inbox = { conversations: { nodes: object[] } };
    const { data } = await t.ask<Inbox>(INBOX);
    await t.ask(INBOX);
    await t.ask('{ nothingLikeThis }');
    await t.ask('{ viewer { tenant { id } } }', {}, 'no-such-token');
    const text = await telemetry.read();
    expect(figure(text, 'parley_operation_duration_seconds_count{kind="query",outcome="ok"}')).toBe(2);
    expect(figure(text, 'parley_operation_duration_seconds_count{kind="mutation",outcome="ok"}')).toBe(1);
    expect(figure(text, 'parley_operation_duration_seconds_count{kind="unknown",outcome="refused"}')).toBe(2);
    expect(figure(text, 'parley_resolver_duration_seconds_count{field="Query.conversations"}')).toBe(2);
    expect(figure(text, 'parley_resolver_duration_seconds_count{field="Conversation.messages"}')).toBe(
      2 * data.conversations.nodes.length,
    );
  });

  it('count calls of providers by operation and outcome', async () => {
    const { telemetry } = await busyApp();
    const text = await telemetry.read();
    const calls = text.split('\n').filter((line) => line.startsWith('parley_upstream_duration_seconds_count'));
    expect(calls.some((line) => line.includes('operation="verify",outcome="ok"'))).toBe(true);
  });

  it('tell how long feeds and the outbox have waited, and how late the event loop is', async () => {
    const { telemetry, t } = await busyApp();
    const [provider] = (await t.db.prisma.account.findMany()).map((one) => one.provider);
    await t.db.pool.query("UPDATE account SET last_pulled_at = parley_now() - interval '90 s'");
    const text = await telemetry.read();
    const age = figure(text, `parley_feed_age_seconds{provider="${provider}"}`) ?? 0;
    expect(age).toBeGreaterThanOrEqual(90);
    expect(age).toBeLessThan(100);
    expect(figure(text, 'parley_outbox_messages{state="QUEUED"}')).toBe(0);
    expect(figure(text, 'parley_outbox_oldest_seconds{state="UNKNOWN"}')).toBe(0);
    expect(figure(text, 'parley_store_up')).toBe(1);
    expect(figure(text, 'parley_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
  });

  it('hold no tenant, no id and no text', async () => {
    const { telemetry, t } = await busyApp();
    await t.ask(INBOX);
    const rows = await t.db.pool.query<{ id: string }>(
      `SELECT id FROM tenant UNION SELECT id FROM account UNION SELECT id FROM conversation
       UNION SELECT external_id FROM conversation UNION SELECT body FROM message UNION SELECT name FROM tenant
       UNION SELECT title FROM account`,
    );
    const text = await telemetry.read();
    expect(rows.rows.length).toBeGreaterThan(8);
    for (const { id } of rows.rows) if (id) expect(text).not.toContain(id);
    expect(text).not.toContain('Inbox');
  });

  it('are on their own port and nowhere else, and nothing else is there', async () => {
    const { telemetry, t } = await busyApp();
    const { url } = await t.listen();
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const { origin } = new URL(String(telemetry.metricsUrl));
    expect((await fetch(`${origin}/graphql?query={viewer{tenant{id}}}`)).status).toBe(404);
    expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('are told also when the store is not there', async () => {
    const meters = createMeters();
    meters.store(() => Promise.reject(new Error('the database is gone')));
    const text = await meters.text();
    meters.close();
    expect(figure(text, 'parley_store_up')).toBe(0);
    expect(text).not.toContain('parley_outbox_messages{');
    expect(text).not.toContain('gone');
  });

  it('count breakers that are not closed by provider, whatever accounts there are', async () => {
    const meters = createMeters();
    for (const id of ['one', 'two', 'three']) meters.breaker('acme', id, 'open');
    meters.breaker('acme', 'two', 'half-open');
    meters.breaker('acme', 'three', 'closed');
    const text = await meters.text();
    meters.close();
    expect(figure(text, 'parley_breakers{provider="acme",state="open"}')).toBe(1);
    expect(figure(text, 'parley_breakers{provider="acme",state="half-open"}')).toBe(1);
  });
});
