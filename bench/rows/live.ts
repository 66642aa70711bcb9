import { setTimeout as sleep } from 'node:timers/promises';
import type { BroadcastCommands } from '../broadcast.ts';
import { type Child, startChild } from '../child.ts';
import { gather, subscribers } from '../crowd.ts';
import { busy, conversationId } from '../estate.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import type { SocketLoadCommands } from '../socket-load.ts';
import { inTurns, median, quantile } from '../statistics.ts';

const SUBSCRIBERS = 2_000;
const WARM_UP = 15;
const ROUNDS = 30;

/** What one message to everybody came to. */
interface Telling {
  /** Microseconds of the server's CPU for each delivery. */
  readonly cpuUs: number;
  /** Milliseconds until 99 of 100 had it. */
  readonly p99: number;
  readonly text: string;
}

/**
 * One message to 2,000 subscribers, beside the same bytes to 2,000 bare sockets. Time runs from the hint that the feed moved to the
 * arrival at each client; writing the message is not part of it, as a bare socket writes none.
 */
export async function liveRows(bench: Bench): Promise<readonly Row[]> {
  const { pool } = bench;
  const load = await startChild<SocketLoadCommands>('./socket-load.ts');
  const parley = await startParley(bench);
  const bare = await startChild<BroadcastCommands>('./broadcast.ts');
  const urls = { ours: await parley.ask('url'), bare: await bare.ask('url') };
  await gather(load, parley, subscribers(urls.ours, busy, SUBSCRIBERS));
  await gather(load, bare, { url: urls.bare, count: SUBSCRIBERS, greetings: [] });
  let text = '';
  const ours = async (awake: boolean): Promise<Telling> => {
    await pool.query(addMessage, [busy.tenantId, busy.accountId, conversationId(busy, 1)]);
    const told = await telling(parley, load, { url: urls.ours, awake }, () => parley.ask('look', { estate: busy }));
    text = told.text;
    return told;
  };
  const theirs = (awake: boolean): Promise<Telling> =>
    telling(bare, load, { url: urls.bare, awake }, () => bare.ask('tell', text));
  await inTurns(WARM_UP, { ours: () => ours(true), theirs: () => theirs(true) });
  const awake = await inTurns(ROUNDS, { ours: () => ours(true), theirs: () => theirs(true) });
  const asleep = await inTurns(ROUNDS, { ours: () => ours(false), theirs: () => theirs(false) });
  const cpu = (list: readonly Telling[]): number => median(list.map((one) => one.cpuUs));
  const p99 = (list: readonly Telling[]): number => median(list.map((one) => one.p99));
  const what = `one message to ${SUBSCRIBERS.toLocaleString('en')} subscribers`;
  const against = `bare ws, the same ${Buffer.byteLength(text)} bytes`;
  return [
    {
      ...{ what: `${what}: CPU`, unit: 'µs a delivery', against, target: { atMost: 1.4 } },
      ...{ ours: cpu(awake.ours), theirs: cpu(awake.theirs) },
    },
    {
      ...{ what: `${what}: p99`, unit: 'ms', against, target: { atMost: 1.5 } },
      ...{ ours: p99(asleep.ours), theirs: p99(asleep.theirs) },
    },
  ];
}

const SETTLE_MS = 20;

async function telling(
  server: Pick<Child<Record<never, never>>, 'ask'>,
  load: Child<SocketLoadCommands>,
  crowd: { readonly url: string; readonly awake: boolean },
  tell: () => Promise<number>,
): Promise<Telling> {
  const told = load.ask('told', crowd);
  const before = await server.ask('cpu');
  const start = await tell();
  const { times, text } = await told;
  await sleep(SETTLE_MS);
  const cpuMs = (await server.ask('cpu')) - before;
  return { cpuUs: (cpuMs * 1000) / times.length, p99: quantile(times, 0.99) - start, text };
}

const addMessage = `WITH added AS (
    INSERT INTO message (id, tenant_id, account_id, conversation_id, external_id, body, channel, sent_at, recorded_at, order_at, sent_by,
      backfilled)
    SELECT 'msg_' || md5(random()::text), $1, $2, $3, md5(random()::text), 'Is the key box beside the garden door?', 'email', now(), now(),
      now(), 'participant', false
    RETURNING id),
  head AS (UPDATE tenant SET seq = seq + 1 WHERE id = $1 RETURNING seq)
  INSERT INTO event (tenant_id, seq, type, account_id, conversation_id, message_id, recorded_at)
  SELECT $1, head.seq, 'MessageAdded', $2, $3, added.id, now() FROM head, added`;
