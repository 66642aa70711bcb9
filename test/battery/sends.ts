import { sleep, systemClock } from '../../src/lib/clock.ts';
import { faults } from './faults.ts';
import { type Ground, type GroundOptions, openGround } from './ground.ts';
import { both, check, type Entry, type Findings } from './history.ts';
import { numbersOf } from './numbers.ts';

/** How large a history is. */
export interface SendsSize {
  readonly sends: number;
  readonly kills: number;
  /** How many of the provider's answers go wrong, 0 to 1. */
  readonly troubled: number;
}

/** What a history of sends came to. */
export interface SendsReport {
  readonly findings: Findings;
  /** By final state. */
  readonly states: Readonly<Record<string, number>>;
  /** Attempts that were made. */
  readonly attempts: number;
  /** How many FAILED ones may have gone out all the same, and say so. */
  readonly needAttention: number;
}

/**
 * People write in many conversations at once, each waiting for the answer before they write again, while servers are killed and the provider
 * fails. What was accepted must reach the guest once and in order, or be told to have failed.
 */
export async function sendsHistory(options: Omit<GroundOptions, 'switches'>, size: SendsSize): Promise<SendsReport> {
  const ground = await openGround(options);
  try {
    ground.trouble(size.troubled, faults);
    const pace = { allowed: 0, answered: 0 };
    const history = (await Promise.all([writeAll(ground, size, pace), killAll(ground, size, pace)]))[0];
    // Accepted is not sent yet: the trouble is for the way to the guest.
    await ground.sendsTried();
    ground.trouble(0, []);
    await ground.sendsEnd();
    return await judge(ground, history);
  } finally {
    await ground.close();
  }
}

/** How many may be written by now, and how many were answered. */
interface Pace {
  allowed: number;
  answered: number;
}

/** Kills one server after another, and lets the writers go on as far between them. */
async function killAll(ground: Ground, { kills, sends }: SendsSize, pace: Pace): Promise<void> {
  for (let killed = 0; killed < kills; killed += 1) {
    pace.allowed = Math.ceil((sends * (killed + 1)) / kills);
    // Whoever dies has lived, and taken something in: a busy machine is slow to start one.
    const before = pace.answered;
    await ground.ask('{ eventCursor }');
    while (pace.answered === before && pace.answered < pace.allowed) await sleep(systemClock, 20);
    await sleep(systemClock, ground.chance.between(50, 500));
    await ground.fleet.kill();
    // As if the provider had forgotten whom it had let in. Not each time: Booking.com hands out thirty tokens an hour.
    if (ground.chance.happens(8 / kills)) ground.simulator.expireTokens?.();
  }
  pace.allowed = sends;
}

async function writeAll(ground: Ground, { sends }: SendsSize, pace: Pace): Promise<Entry[]> {
  const history: Entry[] = [];
  const { conversations } = await ground.ask<{ conversations: { nodes: readonly { id: string }[] } }>(
    '{ conversations(first: 100) { nodes { id } } }',
  );
  let begun = 0;
  const writer = async (conversationId: string): Promise<void> => {
    while (begun < sends) {
      if (begun >= pace.allowed) {
        await sleep(systemClock, 20);
        continue;
      }
      begun += 1;
      const body = `Message number ${begun}`;
      const input = { conversationId, body, idempotencyKey: `send-${begun}` };
      const entry = { t: systemClock.monotonic(), proc: 'driver', op: 'put', key: body } as const;
      history.push({ ...entry, type: 'invoke' });
      const { sendMessage } = await ground.ask<Sent>(SEND, { input });
      pace.answered += 1;
      history.push({ ...entry, type: sendMessage.message ? 'ok' : 'fail' });
    }
  };
  await Promise.all(conversations.nodes.map(({ id }) => writer(id)));
  return history;
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code } } }`;
interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string } | null; readonly errors: readonly object[] };
}

async function judge(ground: Ground, history: readonly Entry[]): Promise<SendsReport> {
  const rows = await ground.sql<{ body: string; state: string; attempts: number; doubtful: boolean }>(
    'SELECT m.body, o.state, o.attempts_made AS attempts, o.needs_attention AS doubtful FROM outbox o JOIN message m ON m.id = o.message_id',
  );
  const fates = new Map(rows.map((row) => [row.body, row]));
  // What is told to have failed was not promised any more: it may have gone out only where that is said ("needs attention").
  const promised = history.map((put): Entry => {
    const row = fates.get(put.key);
    return row?.state === 'FAILED' ? { ...put, type: row.doubtful ? 'info' : 'fail' } : put;
  });
  const seen = ground.simulator.sent.map(
    ({ body, conversationExternalId }): Entry => ({
      ...{ t: 0, proc: 'guest', op: 'take', type: 'ok', key: body },
      // Each writer counts upwards, so the numbers in one conversation do, too.
      value: { within: conversationExternalId, rank: Number(body.split(' ').at(-1)) },
    }),
  );
  const shown = await ground.sql<{ body: string; conversation_id: string }>(
    `SELECT m.body, m.conversation_id FROM message m WHERE m.removed_at IS NULL AND m.body LIKE 'Message number %'
     ORDER BY m.order_at, m.id`,
  );
  const rowsSeen = shown.map(({ body }): Entry => ({ t: 0, proc: 'rows', op: 'take', type: 'ok', key: body }));
  const told = await ground.sql<{ body: string }>(
    `SELECT m.body FROM event e JOIN message m ON m.id = e.message_id
     WHERE e.type = 'MessageAdded' AND m.body LIKE 'Message number %' ORDER BY e.seq`,
  );
  const events = told.map(({ body }): Entry => ({ t: 0, proc: 'feed', op: 'take', type: 'ok', key: body }));
  const numbers = await numbersOf(ground);
  const here = check([...history, ...rowsSeen, ...events], ['rows', 'feed']);
  const there = check([...promised, ...seen], ['guest']);
  const byState = [...Map.groupBy(rows, ({ state }) => state)];
  const states = Object.fromEntries(byState.map(([state, of]) => [state, of.length]));
  return {
    findings: { ...both(here, there), gaps: numbers.gaps },
    states,
    attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
    needAttention: rows.filter(({ doubtful }) => doubtful).length,
  };
}
