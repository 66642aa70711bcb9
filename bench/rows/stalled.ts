import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../child.ts';
import { gather, subscribers } from '../crowd.ts';
import { busy } from '../estate.ts';
import { startParley } from '../ours.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import type { SocketLoadCommands } from '../socket-load.ts';
import { median, quantile } from '../statistics.ts';
import { addMessages } from './replay.ts';

const SUBSCRIBERS = 500;
const STALLED = 50;
const ROUNDS = 20;
/** Enough that what a stalled reader was not told fills more than the system keeps for its socket. */
const FLOOD = 2_000;

/**
 * One message to those who read, with a tenth as many beside them who have stopped reading, against the same without those. The process
 * must live through it, and what it keeps for each stalled reader stays bounded: they are told from the log when they read again.
 */
export async function stalledRows(bench: Bench): Promise<readonly Row[]> {
  const load = await startChild<SocketLoadCommands>('./socket-load.ts');
  const parley = await startParley(bench);
  const url = await parley.ask('url');
  await gather(load, parley, subscribers(url, busy, SUBSCRIBERS));
  const tell = async (): Promise<number> => {
    await addMessages(bench.pool, 1);
    const told = load.ask('told', { url, awake: false });
    const start = await parley.ask('look', { estate: busy });
    return quantile((await told).times, 0.99) - start;
  };
  const rounds = async (): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await tell());
    return median(times);
  };
  const flood = async (): Promise<void> => {
    for (let flooded = 0; flooded < FLOOD; flooded += 250) {
      await addMessages(bench.pool, 250);
      await parley.ask('look', { estate: busy });
      await sleep(50);
    }
    await load.ask('caughtUp', { url, messages: FLOOD });
  };
  // Also what those who read make the process keep is kept before anybody stalls.
  await flood();
  await rounds();
  const theirs = await rounds();
  const before = await parley.ask('memory');
  await gather(load, parley, { ...subscribers(url, busy, STALLED), stalled: true });
  await flood();
  const ours = await rounds();
  const grown = ((await parley.ask('memory')) - before) / STALLED;
  return [
    {
      ...{
        what: `one message to ${SUBSCRIBERS} subscribers beside ${STALLED} who have stopped reading: p99`,
        unit: 'ms',
      },
      ...{ ours, against: 'without those', theirs, target: { atMost: 2 } },
      notes: [
        `${(grown / 1024).toFixed(0)} KiB more resident for each stalled reader, ${FLOOD.toLocaleString('en')} messages behind`,
      ],
    },
  ];
}
