import { sleep, systemClock } from '../../src/lib/clock.ts';
import { faults } from './faults.ts';
import { type Ground, type GroundOptions, openGround } from './ground.ts';
import { check, type Entry, type Findings } from './history.ts';
import { numbersOf } from './numbers.ts';

/** How large a history is. */
export interface IngestSize {
  readonly messages: number;
  readonly kills: number;
  /** How many of the provider's answers go wrong, 0 to 1. */
  readonly troubled: number;
  /** Seconds until everything must be there once the trouble is over; 240 by default: the search for what a confirm took unseen waits 3 minutes. */
  readonly patience?: number;
}

/** Three messages in ten are delivered again, and those of one second in any order. */
const switches = { redelivery: 0.3, queueOrder: 'shuffledWithinSecond' };

/** Guests write in many conversations while servers are killed and the provider fails: all of it must be stored and told, once. */
export async function ingestHistory(options: Omit<GroundOptions, 'switches'>, size: IngestSize): Promise<Findings> {
  const ground = await openGround({ ...options, switches });
  try {
    ground.trouble(size.troubled, faults);
    const history = await writeAndKill(ground, size);
    ground.trouble(0, []);
    await ground
      .until('everything is stored', size.patience ?? 240, async () => (await stored(ground)).length >= history.length)
      .catch(() => undefined);
    return await judge(ground, history);
  } finally {
    await ground.close();
  }
}

async function writeAndKill(ground: Ground, { messages, kills }: IngestSize): Promise<Entry[]> {
  const { simulator, chance, fleet } = ground;
  const conversations = simulator.conversations().map(({ externalId }) => externalId);
  const history: Entry[] = [];
  // Each at a moment of its own, so that there is an order to be kept.
  let at = systemClock.now().getTime();
  for (let killed = 0; killed <= kills; killed += 1) {
    const upTo = Math.ceil((messages * (killed + 1)) / (kills + 1));
    const dying = killed < kills ? fleet.kill() : Promise.resolve();
    while (history.length < upTo) {
      for (let burst = chance.between(1, 40); burst > 0 && history.length < upTo; burst -= 1) {
        at = Math.max(at + 1, systemClock.now().getTime());
        const body = `Message number ${history.length + 1}`;
        simulator.guestWrites(chance.pick(conversations), body, { at: new Date(at) });
        history.push({ t: at, proc: 'guest', op: 'put', type: 'ok', key: body });
      }
      await sleep(systemClock, chance.between(50, 300));
    }
    await dying;
    await sleep(systemClock, chance.between(50, 500));
  }
  return history;
}

interface Stored {
  readonly body: string;
  readonly conversation_id: string;
}

function stored({ sql }: Ground): Promise<readonly Stored[]> {
  return sql<Stored>(
    `SELECT body, conversation_id FROM message WHERE removed_at IS NULL AND body LIKE 'Message number %' ORDER BY order_at, id`,
  );
}

async function judge(ground: Ground, history: readonly Entry[]): Promise<Findings> {
  const rows = (await stored(ground)).map(({ body, conversation_id }): Entry => {
    const value = { within: conversation_id, rank: Number(body.split(' ').at(-1)) };
    return { t: 0, proc: 'rows', op: 'take', type: 'ok', key: body, value };
  });
  const told = await ground.sql<{ body: string }>(
    `SELECT m.body FROM event e JOIN message m ON m.id = e.message_id
     WHERE e.type = 'MessageAdded' AND m.body LIKE 'Message number %' ORDER BY e.seq`,
  );
  const events = told.map(({ body }): Entry => ({ t: 0, proc: 'feed', op: 'take', type: 'ok', key: body }));
  const numbers = await numbersOf(ground);
  const found = check([...history, ...rows, ...events], ['rows', 'feed']);
  const acknowledged = check(ground.acknowledged, ['stored']).lost;
  const repeated = check(ground.acknowledged, ['confirms']).doubled;
  return {
    ...found,
    lost: [...found.lost, ...acknowledged],
    doubled: [...found.doubled, ...repeated],
    gaps: numbers.gaps,
  };
}
