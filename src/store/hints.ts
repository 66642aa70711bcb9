import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Database } from './database.ts';

export interface HintParts {
  readonly db: Database;
  readonly wakes: Wakes;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the database may take to answer on the line before it counts as broken; 4 s by default. */
  readonly answerWithinMs?: number;
}

/** The channel of all processes on one database. */
const CHANNEL = 'parley';
// A payload must stay below 8,000 bytes (PostgreSQL, "NOTIFY").
const LONGEST_PAYLOAD = 7_900;
// How often the line is tried: a connection that hangs says nothing by itself.
const BEAT_MS = 5_000;
const ANSWER_WITHIN_MS = 4_000;
const AGAIN_AFTER_MS = 1_000;

/**
 * Passes hints between the processes on one PostgreSQL, after the commit of what they are about: topics only, never a text. What is lost on
 * the way is not said again (everybody looks every so often anyway), and whoever was cut off looks at everything once.
 * On the embedded database, which has one process, it does nothing.
 */
export function createHints(parts: HintParts): Loop {
  const { db, wakes, clock, log, answerWithinMs = ANSWER_WITHIN_MS } = parts;
  const self = randomUUID();
  let line: Line | null = null;
  const hang = (): void => {
    line?.close();
    line = null;
  };
  const loop = createLoop({
    name: 'hints',
    clock,
    async turn() {
      if (db.kind === 'embedded') return Number.POSITIVE_INFINITY;
      if (line) await line.beat();
      else {
        line = await openLine(db.url, answerWithinMs, { heard: (payload) => hear(wakes, self, payload), broken });
        wakes.hearAll();
      }
      return BEAT_MS;
    },
    onError(error) {
      log.warn({ err: error }, 'hints of other processes are not heard for now');
      hang();
      return AGAIN_AFTER_MS;
    },
  });
  function broken(): void {
    hang();
    loop.wake();
  }
  const say = createDispatcher(parts, self);
  let endRelay = (): void => undefined;
  return {
    ...loop,
    get busy() {
      return loop.busy;
    },
    start() {
      if (db.kind === 'postgres') endRelay = wakes.relay(say);
      loop.start();
    },
    async stop() {
      await loop.stop();
      endRelay();
      hang();
    },
  };
}

/** Says topics to the other processes: those that come while one notice is under way go out together with the next. */
function createDispatcher({ db, log }: HintParts, self: string): (topic: string) => void {
  let waiting = new Set<string>();
  let talking = false;
  const talk = async (): Promise<void> => {
    while (waiting.size > 0) {
      const topics = waiting;
      waiting = new Set();
      for (const payload of payloadsOf(self, topics)) {
        await db.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]).catch((error: unknown) => {
          log.warn({ err: error }, 'a hint could not be passed on');
        });
      }
    }
    // Nothing is awaited between the look at `waiting` and here, or a topic could fall in between and wait for the next.
    talking = false;
  };
  return (topic) => {
    waiting.add(topic);
    if (talking) return;
    talking = true;
    void talk();
  };
}

function payloadsOf(self: string, topics: Iterable<string>): readonly string[] {
  const payloads: string[] = [];
  let payload = self;
  for (const topic of topics) {
    if (Buffer.byteLength(payload) + Buffer.byteLength(topic) + 1 > LONGEST_PAYLOAD) {
      payloads.push(payload);
      payload = self;
    }
    payload += `\n${topic}`;
  }
  return [...payloads, payload];
}

function hear(wakes: Wakes, self: string, payload: string): void {
  const [from, ...topics] = payload.split('\n');
  if (from !== self) for (const topic of topics) wakes.hear(topic);
}

interface Line {
  /** Resolves when the other end answers, throws where it does not in time. */
  beat(): Promise<unknown>;
  close(): void;
}

/** A connection of its own that listens. `broken` is called when it ends by itself. */
async function openLine(
  url: string,
  withinMs: number,
  { heard, broken }: { heard(payload: string): void; broken(): void },
): Promise<Line> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'parley hints',
    keepAlive: true,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
  });
  let open = true;
  const end = (): void => {
    if (open) broken();
  };
  client.on('error', end);
  client.on('end', end);
  client.on('notification', ({ payload }) => heard(payload ?? ''));
  const close = (): void => {
    open = false;
    // Not said good-bye to: a connection that hangs would not hear it.
    client.connection.stream.destroy();
  };
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
  } catch (error) {
    close();
    throw error;
  }
  return { beat: () => client.query('SELECT 1'), close };
}
