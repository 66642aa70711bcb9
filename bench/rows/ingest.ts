import { startChild } from '../child.ts';
import { busy, conversationId, externalConversationId } from '../estate.ts';
import type { FloorCommands, PlainMessage } from '../floor.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import { inTurns, median } from '../statistics.ts';

const BATCHES = 10;
const BATCH = 500;
const THREADS = 25;
const ROUNDS = 4;

/** New messages taken in by the one door, beside the same rows written by one INSERT a batch. */
export async function ingestRows(bench: Bench): Promise<readonly Row[]> {
  const { databaseUrl } = bench;
  const parley = await startParley(bench);
  const floor = await startChild<FloorCommands>('./floor.ts', { databaseUrl });
  const ours = () => parley.ask('ingest', { estate: busy, batches: newBatches() });
  const theirs = () => floor.ask('insert', { estate: busy, batches: newBatches() });
  await inTurns(1, { ours, theirs });
  const rounds = await inTurns(ROUNDS, { ours, theirs });
  const perSecond = (list: readonly (readonly number[])[]): number => (BATCH * 1000) / median(list.flat());
  return [
    {
      ...{ what: 'ingest into PostgreSQL', unit: 'messages/s', target: { atLeast: 0.4 } },
      ...{ ours: perSecond(rounds.ours), against: 'batched INSERT of the same rows', theirs: perSecond(rounds.theirs) },
      notes: [`batches of ${BATCH} new messages in ${THREADS} conversations`],
    },
  ];
}

let made = 0;

function newBatches(): readonly (readonly (PlainMessage & { thread: string })[])[] {
  return Array.from({ length: BATCHES }, () =>
    Array.from({ length: BATCH }, (_, place) => {
      made += 1;
      const hex = made.toString(16).padStart(32, '0');
      return {
        id: `msg_${hex}`,
        conversationId: conversationId(busy, 1 + (place % THREADS)),
        thread: externalConversationId(1 + (place % THREADS)),
        externalId: `new-${made}`,
        body: `We arrive at ${place % 24}:30 and would like to know where the key box is. Thank you, and see you soon! ${made}`,
        sentAt: new Date().toISOString(),
      };
    }),
  );
}
