import type { BroadcastCommands } from '../broadcast.ts';
import { type Child, startChild } from '../child.ts';
import { gather, subscribers } from '../crowd.ts';
import { busy } from '../estate.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import type { Crowd, SocketLoadCommands } from '../socket-load.ts';
import { inTurns, median } from '../statistics.ts';

const SUBSCRIBERS = 2_000;
const WARM_UP = 200;
const ROUNDS = 3;

/** What a subscriber costs that waits and is told nothing, beside a bare socket that does the same. Each round is a new process. */
export async function memoryRows(bench: Bench): Promise<readonly Row[]> {
  const load = await startChild<SocketLoadCommands>('./socket-load.ts');
  const rounds = await inTurns(ROUNDS, {
    async ours() {
      const parley = await startParley(bench);
      return bytesEach(load, parley, (url, count) => subscribers(url, busy, count));
    },
    async theirs() {
      const bare = await startChild<BroadcastCommands>('./broadcast.ts');
      return bytesEach(load, bare, (url, count) => ({ url, count, greetings: [] }));
    },
  });
  return [
    {
      ...{ what: 'an idle subscriber: memory', unit: 'bytes', against: 'bare ws', target: { atMost: 1.5 } },
      ...{ ours: median(rounds.ours), theirs: median(rounds.theirs) },
      notes: [`resident after collection, ${SUBSCRIBERS.toLocaleString('en')} sockets`],
    },
  ];
}

/** Resident bytes of a server for each socket; the first ones only warm it up. */
async function bytesEach(
  load: Child<SocketLoadCommands>,
  server: Child<{ url: () => string; followers: () => number }>,
  crowd: (url: string, count: number) => Crowd,
): Promise<number> {
  const url = await server.ask('url');
  await gather(load, server, crowd(url, WARM_UP));
  const before = await server.ask('memory');
  await gather(load, server, crowd(url, SUBSCRIBERS));
  const bytes = (await server.ask('memory')) - before;
  await load.ask('leave', url);
  await server.stop();
  return bytes / SUBSCRIBERS;
}
