import { type Child, startChild } from '../child.ts';
import { quiet } from '../estate.ts';
import type { FloorCommands } from '../floor.ts';
import type { HttpLoadCommands, Load } from '../http-load.ts';
import { contentOf, differentRequests, sameRequest } from '../inbox-query.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import { inTurns, median } from '../statistics.ts';

const CONNECTIONS = 8;
const ROUND_MS = 1_200;
const WARM_UP_MS = 2_000;
const ROUNDS = 8;

const headers = { authorization: `Bearer ${quiet.token}` };

/** What one contender did in one round. */
interface Round {
  readonly perSecond: number;
  /** Milliseconds of the server's CPU for each request. */
  readonly cpuMs: number;
  readonly answer: string;
}

/** One round of requests to a server, with what they cost it. */
export async function roundOf(
  server: Pick<Child<Record<never, never>>, 'ask'>,
  load: Child<HttpLoadCommands>,
  requests: Omit<Load, 'headers' | 'connections'>,
): Promise<Round> {
  const before = await server.ask('cpu');
  const { perSecond, answer } = await load.ask('run', { ...requests, headers, connections: CONNECTIONS });
  const cpu = (await server.ask('cpu')) - before;
  return { perSecond, cpuMs: cpu / ((perSecond * requests.ms) / 1000), answer };
}

/** The inbox from the store, and the same inbox again while nothing happens, each beside one nested statement of SQL. */
export async function inboxRows(bench: Bench): Promise<readonly Row[]> {
  const { databaseUrl } = bench;
  const load = await startChild<HttpLoadCommands>('./http-load.ts');
  const parley = await startParley(bench);
  const floor = await startChild<FloorCommands>('./floor.ts', { databaseUrl });
  const urls = { ours: await parley.ask('url'), floor: await floor.ask('url') };
  const contenders = {
    ours: (ms: number) => roundOf(parley, load, { url: urls.ours, ms, bodies: differentRequests(4_000) }),
    again: (ms: number) => roundOf(parley, load, { url: urls.ours, ms, bodies: [sameRequest] }),
    floor: (ms: number) => roundOf(floor, load, { url: urls.floor, ms, bodies: [sameRequest] }),
  };
  const [ours, again, theirs] = [
    await contenders.ours(WARM_UP_MS),
    await contenders.again(WARM_UP_MS),
    await contenders.floor(WARM_UP_MS),
  ];
  for (const { answer } of [ours, again])
    if (contentOf(answer) !== contentOf(theirs.answer))
      throw new Error('the inbox and its floor tell different things');
  const rounds = await inTurns(ROUNDS, {
    ours: () => contenders.ours(ROUND_MS),
    again: () => contenders.again(ROUND_MS),
    floor: () => contenders.floor(ROUND_MS),
  });
  return rowsOf(rounds);
}

function rowsOf(rounds: Readonly<Record<'ours' | 'again' | 'floor', readonly Round[]>>): readonly Row[] {
  const speed = (list: readonly Round[]): number => median(list.map((round) => round.perSecond));
  const cpu = (list: readonly Round[]): string => `${median(list.map((round) => round.cpuMs)).toFixed(2)} ms`;
  const floor = {
    against: 'one json_agg statement through node:http',
    theirs: speed(rounds.floor),
    unit: 'requests/s',
  };
  return [
    {
      ...{ what: 'inbox from the store', ours: speed(rounds.ours), ...floor, target: { atLeast: 1 } },
      notes: [`CPU of the server's process a request: ours ${cpu(rounds.ours)}, floor ${cpu(rounds.floor)}`],
    },
    {
      ...{ what: 'the same inbox again, feed unmoved', ours: speed(rounds.again), ...floor, target: { atLeast: 3 } },
      notes: [`CPU of the server's process a request: ours ${cpu(rounds.again)}`],
    },
  ];
}
