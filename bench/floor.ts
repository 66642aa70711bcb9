import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Estate, quiet } from './estate.ts';
import { page } from './inbox-query.ts';
import { play, settings } from './role.ts';

/*
 * The least that could be done: what the database can do by itself, sent through bare node:http, or just written.
 */

const { databaseUrl } = settings<{ databaseUrl: string }>();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const inbox = `SELECT json_build_object('data', json_build_object('conversations', json_build_object('nodes', json_agg(c))))::text AS answer
  FROM (
    SELECT c.id, json_build_object('name', p.name) AS participant, c.channel, c.unread_count AS "unreadCount",
      c.last_message_at AS "lastMessageAt",
      (SELECT json_build_object('nodes', json_agg(m)) FROM (
        SELECT m.id, m.body, m.automated, m.channel, m.sent_at AS "sentAt", m.sent_by AS "sentBy",
          coalesce(m.read_local, m.read_upstream) AS read, coalesce(m.urgent_local, m.urgent_upstream) AS urgent,
          coalesce(m.priority_local, m.priority_upstream) AS priority,
          coalesce(m.snooze_local, m.snooze_upstream) AS "snoozeUntil"
        FROM message m WHERE m.conversation_id = c.id AND m.removed_at IS NULL
        ORDER BY m.order_at DESC, m.id DESC LIMIT ${page.messages}) m) AS messages
    FROM conversation c LEFT JOIN participant p ON p.tenant_id = c.tenant_id AND p.id = c.participant_id
    WHERE c.tenant_id = $1 ORDER BY c.order_at DESC, c.id DESC LIMIT ${page.conversations}) c`;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', async () => {
    const { rows } = await pool.query<{ answer: string }>({ name: 'inbox', text: inbox, values: [quiet.tenantId] });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(rows[0]?.answer);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const insert = `INSERT INTO message (id, tenant_id, account_id, conversation_id, external_id, body, automated, channel, sent_at, recorded_at,
    order_at, sent_by, kind, read_upstream, backfilled, raw)
  SELECT r.id, $1, $2, r.conversation_id, r.external_id, r.body, false, 'email', r.sent_at, now(), r.sent_at, 'participant', 'free_text',
    true, false, r.raw
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::jsonb[])
    AS r(id, conversation_id, external_id, body, sent_at, raw)`;

/** A message as it is to be stored. */
export interface PlainMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly externalId: string;
  readonly body: string;
  readonly sentAt: string;
}

interface Insertion {
  readonly estate: Estate;
  readonly batches: readonly (readonly PlainMessage[])[];
  readonly pauseMs?: number;
}

const commands = {
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  /** Stores batches, each by one INSERT, with a pause after each; answers with the milliseconds that each took. */
  async insert({ estate, batches, pauseMs = 0 }: Insertion): Promise<number[]> {
    const times: number[] = [];
    for (const batch of batches) {
      const start = performance.now();
      const columns = [
        batch.map((one) => one.id),
        batch.map((one) => one.conversationId),
        batch.map((one) => one.externalId),
        batch.map((one) => one.body),
        batch.map((one) => one.sentAt),
        batch.map((one) => JSON.stringify({ id: one.externalId, body: one.body })),
      ];
      await pool.query({ name: 'insert', text: insert, values: [estate.tenantId, estate.accountId, ...columns] });
      times.push(performance.now() - start);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    return times;
  },
};

export type FloorCommands = typeof commands;

play(commands);
