import { startChild } from '../child.ts';
import { busy, conversationId } from '../estate.ts';
import type { FloorCommands } from '../floor.ts';
import type { HttpLoadCommands } from '../http-load.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import { inTurns, quantile } from '../statistics.ts';

const SENDS = 20;
const ROUNDS = 6;
// Time for the sender behind it: what is measured is the answer, not the delivery.
const PAUSE_MS = 30;

const mutation = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id delivery { state } } errors { code } cursor idempotencyKey }
}`;

/** How long a send waits for its answer, delivery going on behind, beside one row committed by PostgreSQL. */
export async function sendRows(bench: Bench): Promise<readonly Row[]> {
  const { databaseUrl } = bench;
  const load = await startChild<HttpLoadCommands>('./http-load.ts');
  const parley = await startParley(bench, { working: true });
  const floor = await startChild<FloorCommands>('./floor.ts', { databaseUrl });
  const url = await parley.ask('url');
  const headers = { authorization: `Bearer ${busy.token}` };
  const ours = async (): Promise<readonly number[]> => {
    const bodies = Array.from({ length: SENDS }, sendRequest);
    const { times, answer } = await load.ask('trickle', { url, headers, bodies, pauseMs: PAUSE_MS });
    if (!answer.includes('"errors":[]')) throw new Error(`a send was refused: ${answer}`);
    await parley.ask('settle');
    return times;
  };
  const theirs = () =>
    floor.ask('insert', { estate: busy, batches: Array.from({ length: SENDS }, oneRow), pauseMs: PAUSE_MS });
  await inTurns(1, { ours, theirs });
  const rounds = await inTurns(ROUNDS, { ours, theirs });
  const at = (part: number): string =>
    `p${part * 100}: ${quantile(rounds.ours.flat(), part).toFixed(1)} ms against ${quantile(rounds.theirs.flat(), part).toFixed(1)} ms`;
  return [
    {
      ...{ what: 'sendMessage, until its answer: p50', unit: 'ms', target: { atMost: 4 } },
      ...{ ours: quantile(rounds.ours.flat(), 0.5), theirs: quantile(rounds.theirs.flat(), 0.5) },
      ...{ against: 'one row inserted and committed by PostgreSQL', notes: [at(0.9)] },
    },
  ];
}

let made = 0;

function sendRequest(): string {
  made += 1;
  const input = {
    conversationId: conversationId(busy, 1 + (made % busy.conversations)),
    body: `The code is ${made}. See you soon!`,
  };
  return JSON.stringify({ query: mutation, variables: { input } });
}

function oneRow() {
  made += 1;
  const hex = made.toString(16).padStart(32, 'f');
  const body = `The code is ${made}. See you soon!`;
  const thread = conversationId(busy, 1 + (made % busy.conversations));
  return [
    { id: `msg_${hex}`, conversationId: thread, externalId: `row-${made}`, body, sentAt: new Date().toISOString() },
  ];
}
