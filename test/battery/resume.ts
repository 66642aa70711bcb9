import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { type Ground, type GroundOptions, openGround, TOKEN } from './ground.ts';
import { both, check, type Entry, type Findings, nothingWrong } from './history.ts';

/** How large a history is. */
export interface ResumeSize {
  readonly messages: number;
  readonly subscribers: number;
  /** How often each subscriber's connection breaks. */
  readonly disconnects: number;
  readonly kills: number;
}

/** How often the connections are cut on which servers hear each other. */
const CUT_EVERY_MS = 2_000;

/**
 * Subscribers whose connections break again and again resume at whichever server answers, while servers are killed and do not hear each
 * other: each of them must be told everything, once, in order.
 */
export async function resumeHistory(options: GroundOptions, size: ResumeSize): Promise<Findings> {
  const ground = await openGround(options);
  const over = new AbortController();
  try {
    const { eventCursor } = await ground.ask<{ eventCursor: string }>('{ eventCursor }');
    const cutting = cutListeners(ground, over.signal);
    const subscribers = Array.from({ length: size.subscribers }, (_, i) => subscriber(ground, i, eventCursor, size));
    const puts = await writeAndKill(ground, size);
    const takes = await Promise.all(subscribers);
    over.abort();
    await cutting;
    // Each is held against what was written by itself: all of them together would be a long list.
    const each = takes.map((of, i) => check([...puts, ...of], [nameOf(i)]));
    return each.reduce(both, nothingWrong);
  } finally {
    over.abort();
    await ground.close();
  }
}

function nameOf(index: number): string {
  return `subscriber ${index}`;
}

async function cutListeners({ sql }: Ground, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'parley hints' AND datname = current_database()`,
    );
    await sleep(systemClock, CUT_EVERY_MS, over);
  }
}

async function writeAndKill(ground: Ground, { messages, kills }: ResumeSize): Promise<readonly Entry[]> {
  const { simulator, chance, fleet } = ground;
  const conversations = simulator.conversations().map(({ externalId }) => externalId);
  const puts: Entry[] = [];
  let killing = Promise.resolve();
  for (let killed = 0; puts.length < messages; ) {
    for (let burst = chance.between(1, 20); burst > 0 && puts.length < messages; burst -= 1) {
      const key = `Message number ${puts.length + 1}`;
      simulator.guestWrites(chance.pick(conversations), key);
      puts.push({ t: 0, proc: 'guest', op: 'put', type: 'ok', key });
    }
    await sleep(systemClock, chance.between(20, 200));
    if (killed < kills && puts.length / messages > (killed + 0.5) / kills) {
      killed += 1;
      killing = killing.then(() => fleet.kill());
    }
  }
  await killing;
  return puts;
}

interface Told {
  readonly messageAdded: { readonly cursor: string; readonly message: { readonly body: string } };
}
const LIVE = 'subscription ($after: EventCursor) { messageAdded(after: $after) { cursor message { body } } }';

/** Everything that one subscriber was told, over all its connections. */
async function subscriber(
  ground: Ground,
  index: number,
  start: string,
  { messages, disconnects }: ResumeSize,
): Promise<readonly Entry[]> {
  const takes: Entry[] = [];
  let after = start;
  const most = Math.max(1, Math.floor((1.5 * messages) / disconnects));
  for (let connection = 0; connection <= disconnects || takes.length < messages; connection += 1) {
    const left = connection < disconnects ? ground.chance.between(0, most) : messages;
    const told = await listen(ground.fleet.any(), after, Math.min(left, messages - takes.length));
    for (const { cursor, message } of told) {
      after = cursor;
      const value = { within: 'feed', rank: numberIn(cursor) };
      takes.push({ t: 0, proc: nameOf(index), op: 'take', type: 'ok', key: message.body, value });
    }
  }
  return takes;
}

/** The number in a cursor: for the checker alone, since cursors are opaque. */
function numberIn(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64url').toString().split('.').at(-1));
}

/** What a connection tells until it has told so much, or breaks; then it is broken. */
function listen(url: string, after: string, count: number): Promise<readonly Told['messageAdded'][]> {
  const told: Told['messageAdded'][] = [];
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    ...{ webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${TOKEN}` } },
  });
  return new Promise((resolve, reject) => {
    const end = (): void => {
      client.terminate();
      resolve(told);
    };
    if (count === 0) client.on('connected', end);
    client.subscribe<Told>(
      { query: LIVE, variables: { after } },
      {
        next({ data, errors }) {
          if (!data) return reject(new Error(`${after}: ${JSON.stringify(errors)}`));
          if (told.length < count) told.push(data.messageAdded);
          if (told.length === count) end();
        },
        error: (error) => (Array.isArray(error) ? reject(new Error(JSON.stringify(error))) : end()),
        complete: end,
      },
    );
  });
}
