import { providers } from '../../src/providers/registry.ts';
import { type Child, startChild } from '../child.ts';
import type { ColdAccount, ColdEstateCommands } from '../cold-estate.ts';
import type { ColdParleyCommands } from '../cold-parley.ts';
import type { HttpLoadCommands } from '../http-load.ts';
import { startServer } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import { median } from '../statistics.ts';

const CALL_MS = 50;
const WARM_UP = 3;
const ROUNDS = 12;
// Rounds that have not begun by then are left out: on a busy machine there are fewer.
const MOST_MS = 16_000;
const AT_ONCE = 20;
const FIRST = 20;
// One estate seen from its sides: a hundred conversations over three accounts.
const SIZE = { everywhere: 33, direct: 1 } as const;

const query = `query Inbox {
  conversations(first: 100) {
    nodes {
      id
      participant { name }
      channel
      unreadCount
      lastMessageAt
      messages(first: ${FIRST}) {
        nodes { id body automated channel sentAt sentBy read urgent priority snoozeUntil }
      }
    }
  }
}`;

interface Players {
  readonly estate: Child<ColdEstateCommands>;
  readonly parley: Child<ColdParleyCommands>;
  readonly load: Child<HttpLoadCommands>;
}

/** What equal queries to an inbox of threads that nobody has read came to. */
interface Round {
  /** Milliseconds until the last was answered. */
  readonly ms: number;
  readonly calls: Readonly<Record<string, number>>;
  /** What the providers' interfaces allow at best. */
  readonly least: readonly Least[];
  /** Milliseconds that the slowest provider's calls took without us: as many bare requests, as many at once. */
  readonly bareMs: number;
}

interface Least {
  readonly provider: string;
  readonly url: string;
  readonly calls: number;
  /** How many are made at once, and so how many one after the other. */
  readonly parallel: number;
  readonly turns: number;
}

/** An inbox of 100 conversations whose threads were never read, over all providers, 50 ms a call. Every round is a new tenant. */
export async function fanOutRows(bench: Bench): Promise<readonly Row[]> {
  const start = performance.now();
  const players = {
    estate: await startChild<ColdEstateCommands>('./cold-estate.ts'),
    parley: await startServer<ColdParleyCommands>(bench, './cold-parley.ts'),
    load: await startChild<HttpLoadCommands>('./http-load.ts'),
  };
  for (let round = 0; round < WARM_UP; round += 1) await ask(players, 1);
  const alone: Round[] = [];
  while (alone.length < ROUNDS && performance.now() - start < MOST_MS) alone.push(await ask(players, 1));
  return rowsOf(alone, await ask(players, AT_ONCE));
}

let asked = 0;

async function ask({ estate, parley, load }: Players, times: number): Promise<Round> {
  asked += 1;
  const accounts = await estate.ask('open', SIZE);
  const token = await parley.ask('connect', { tenant: `cold ${asked}`, accounts });
  await estate.ask('slow', CALL_MS);
  const headers = { authorization: `Bearer ${token}` };
  const request = { url: await parley.ask('url'), headers, bodies: [JSON.stringify({ query })], pauseMs: 0 };
  const answers = await Promise.all(Array.from({ length: times }, () => load.ask('trickle', request)));
  for (const { answer } of answers) checkAnswer(answer, accounts);
  const ms = Math.max(...answers.flatMap((one) => one.times));
  const calls = await estate.ask('calls');
  const least = accounts.map(leastOf);
  return { ms, calls, least, bareMs: await bare(slowestOf(least)) };
}

function slowestOf(least: readonly Least[]): Least {
  return least.reduce((a, b) => (b.turns > a.turns ? b : a));
}

async function bare({ url, turns, parallel, calls }: Least): Promise<number> {
  const start = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    const some = Math.min(parallel, calls - turn * parallel);
    await Promise.all(Array.from({ length: some }, async () => (await fetch(url)).arrayBuffer()));
  }
  return performance.now() - start;
}

function leastOf({ provider, url, messages }: ColdAccount): Least {
  const limits = providers.find(({ id }) => id === provider)?.limits;
  if (!limits) throw new Error(`there is no provider ${provider}`);
  const calls = Math.ceil(messages.length / limits.batchSize);
  const { parallel } = limits;
  return { provider, url, calls, parallel, turns: Math.ceil(calls / parallel) };
}

/** Throws where an answer is not the whole inbox with its newest messages. */
function checkAnswer(answer: string, accounts: readonly ColdAccount[]): void {
  const { data, errors } = JSON.parse(answer) as {
    data?: { conversations?: { nodes: { messages: { nodes: unknown[] } }[] } };
    errors?: unknown;
  };
  const sizes = (data?.conversations?.nodes ?? []).map(({ messages }) => messages.nodes.length);
  const truth = accounts.flatMap(({ messages }) => messages.map((count) => Math.min(count, FIRST)));
  if (errors || inOrder(sizes) !== inOrder(truth))
    throw new Error(`an answer is not the inbox: ${answer.slice(0, 500)}`);
}

function inOrder(sizes: readonly number[]): string {
  return sizes.toSorted((a, b) => a - b).join(' ');
}

function rowsOf(alone: readonly Round[], together: Round): readonly Row[] {
  const [one] = alone;
  if (!one) throw new Error('nothing was asked');
  const slowest = slowestOf(one.least);
  const least = sum(one.least.map(({ calls }) => calls));
  // The dearest round: a call too many in any of them is one too many.
  const dearest = alone.reduce((a, b) => (total(b) > total(a) ? b : a));
  const perProvider = (round: Round): string[] =>
    round.least.map(({ provider, calls }) => `${provider}: ${round.calls[provider]} calls, at least ${calls}`);
  const times = alone.map(({ ms, bareMs }) => `${Math.round(ms)} (${Math.round(bareMs)})`);
  return [
    {
      ...{ what: 'cold fan-out, 100 conversations, 50 ms a call', unit: 'ms', target: { atMost: 1.3 } },
      ...{ ours: median(alone.map(({ ms }) => ms)), theirs: slowest.turns * CALL_MS },
      against: `${slowest.turns} round trips of ${slowest.provider}`,
      notes: [`each round, and the same ${slowest.calls} requests made bare: ${times.join(', ')} ms`],
    },
    {
      ...{ what: 'cold fan-out: upstream calls', unit: 'calls', target: { atMost: 1 } },
      ...{ ours: total(dearest), theirs: least, against: "the fewest that the providers' interfaces allow" },
      notes: perProvider(dearest),
    },
    {
      ...{ what: `cold fan-out: ${AT_ONCE} equal queries at once`, unit: 'calls', target: { atMost: 1 } },
      ...{ ours: total(together), theirs: total(dearest), against: 'the calls of one' },
      notes: [...perProvider(together), `the last was answered after ${Math.round(together.ms)} ms`],
    },
  ];
}

function total({ calls }: Round): number {
  return sum(Object.values(calls));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
