import type pg from 'pg';
import { startChild } from '../child.ts';
import { subscribers } from '../crowd.ts';
import { busy, conversationId } from '../estate.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import type { SocketLoadCommands } from '../socket-load.ts';
import { inTurns, median } from '../statistics.ts';

const EVENTS = 10_000;
const ROUNDS = 9;

/** A subscriber who was away for 10,000 messages is told all of them, against one indexed read of the same rows with their messages. */
export async function replayRows(bench: Bench): Promise<readonly Row[]> {
  const { pool } = bench;
  const load = await startChild<SocketLoadCommands>('./socket-load.ts');
  const parley = await startParley(bench);
  const url = await parley.ask('url');
  const { rows } = await pool.query<{ epoch: string; seq: string }>('SELECT epoch, seq FROM tenant WHERE id = $1', [
    busy.tenantId,
  ]);
  const from = rows[0];
  if (!from) throw new Error('there is no tenant');
  const after = Buffer.from(`${from.epoch}.${from.seq}`).toString('base64url');
  await addMessages(pool, EVENTS);
  await pool.query('VACUUM ANALYZE event, message');
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return EVENTS / ((performance.now() - start) / 1000);
  };
  const contenders = {
    ours: () =>
      timed(async () => {
        await load.ask('open', subscribers(url, busy, 1, after));
        await load.ask('caughtUp', { url, messages: EVENTS });
        await load.ask('leave', url);
      }),
    theirs: () => timed(() => pool.query(indexedRead, [busy.tenantId, from.seq])),
  };
  await inTurns(1, contenders);
  const figures = await inTurns(ROUNDS, contenders);
  return [
    {
      ...{ what: `replay of ${EVENTS.toLocaleString('en')} events`, unit: 'events/s', target: { atLeast: 0.3 } },
      ...{ ours: median(figures.ours), against: 'one indexed read of them', theirs: median(figures.theirs) },
    },
  ];
}

const indexedRead = `SELECT e.seq, e.type, e.conversation_id, m.id, m.body, m.sent_at, m.sent_by, m.channel FROM event e
  JOIN message m ON m.id = e.message_id WHERE e.tenant_id = $1 AND e.seq > $2 ORDER BY e.seq`;

/** Stores so many messages of a guest in one conversation, each with its event. */
export async function addMessages(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(statement, [busy.tenantId, busy.accountId, conversationId(busy, 1), count]);
}

const statement = `WITH added AS (
    INSERT INTO message (id, tenant_id, account_id, conversation_id, external_id, body, channel, sent_at, recorded_at, order_at, sent_by,
      backfilled)
    SELECT 'msg_' || md5(random()::text || n), $1, $2, $3, md5(random()::text || n), 'Is the key box beside the garden door?', 'email', now(),
      now(), now(), 'participant', false FROM generate_series(1, $4::int) n
    RETURNING id),
  numbered AS (SELECT id, row_number() OVER () AS place FROM added),
  head AS (UPDATE tenant SET seq = seq + $4::int WHERE id = $1 RETURNING seq)
  INSERT INTO event (tenant_id, seq, type, account_id, conversation_id, message_id, recorded_at)
  SELECT $1, head.seq - $4::int + numbered.place, 'MessageAdded', $2, $3, numbered.id, now() FROM head, numbered`;
