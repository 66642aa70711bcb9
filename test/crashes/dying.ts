import { sleep, systemClock } from '../../src/lib/clock.ts';
import { check, type Entry } from '../battery/history.ts';
import { type Desk, until, type Written } from './desk.ts';
import { broken } from './invariants.ts';
import type { Scenario } from './scenarios.ts';
import { startCrashing } from './server.ts';
import type { Death } from './server-child.ts';

/*
 * One death and what comes after it. What is thrown says what went wrong.
 */

// How long a point may take to be passed.
const DEAD_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 250;

/** Kills the desk's server at that point while the scenario's deed is done, starts another one, and sees to it that all comes right. */
export async function die(desk: Desk, { name, deed }: Scenario, death: Death, n: number): Promise<void> {
  await deed.prepare?.(desk, n);
  await desk.server.settle();
  await desk.server.arm(death);
  const done = deed.act(desk, n);
  // What it throws is met below, where it is awaited.
  done.catch(() => undefined);
  const how = await Promise.race([desk.server.ended, sleep(systemClock, DEAD_WITHIN_MS)]);
  if (how !== 'SIGKILL') throw new Error(`"${death.point}" is not passed when ${name}: ${how ?? 'nobody died'}`);
  await desk.start();
  await done;
  await until(`${name}, after a death at "${death.point}"`, () => deed.ended(desk, n));
  await atRest(desk);
}

/** Does the deed with nobody dying; answers the points that were passed. */
export async function live(desk: Desk, { name, deed }: Scenario, n: number): Promise<readonly string[]> {
  await deed.prepare?.(desk, n);
  await desk.server.settle();
  await desk.server.passed();
  await deed.act(desk, n);
  await until(name, () => deed.ended(desk, n));
  await desk.server.settle();
  return desk.server.passed();
}

/** Has a server die as it starts. */
export async function dieStarting(desk: Desk, death: Death): Promise<void> {
  await desk.server.kill();
  const server = await startCrashing({ store: desk.store, crashAt: death });
  const how = server ? await Promise.race([server.ended, sleep(systemClock, DEAD_WITHIN_MS)]) : 'SIGKILL';
  if (how !== 'SIGKILL') throw new Error(`"${death.point}" is not passed when a server starts`);
  await desk.start();
  await atRest(desk);
}

/** Has a server die as it stops. */
export async function dieStopping(desk: Desk, death: Death): Promise<void> {
  await desk.look();
  await desk.server.arm(death);
  await desk.server.stop().catch(() => undefined);
  if ((await Promise.race([desk.server.ended, sleep(systemClock, DEAD_WITHIN_MS)])) !== 'SIGKILL')
    throw new Error(`"${death.point}" is not passed when a server stops`);
  await desk.start();
  await atRest(desk);
}

/** Waits until nothing is open any more, and holds what is there against what was put in. */
export async function atRest(desk: Desk): Promise<void> {
  let found = await broken(desk.query);
  const from = systemClock.monotonic();
  while (Object.keys(found).length > 0) {
    if (systemClock.monotonic() - from > DEAD_WITHIN_MS) throw new Error(JSON.stringify(found, null, 2));
    await sleep(systemClock, LOOK_EVERY_MS);
    await desk.look();
    await desk.server.settle();
    found = await broken(desk.query);
  }
  const faults = Object.entries(await flows(desk)).filter(([, verdict]) => Object.values(verdict).flat().length > 0);
  if (faults.length > 0) throw new Error(JSON.stringify(Object.fromEntries(faults), null, 2));
}

/** Guests' messages must be told in the feed; ours too, and at the provider: each once, and in the order of their writing. */
async function flows(desk: Desk) {
  const told = await toldBy(desk);
  const ours = writtenBy(desk, 'host');
  // What was queued is told, also where it was taken back later.
  const queued = ours.map((one) => ({ ...one, type: 'ok' as const }));
  const taken = desk.simulator.sent.map((one) => takenFrom('provider', one.body, one.conversationExternalId));
  return {
    guests: check([...writtenBy(desk, 'guest'), ...told.filter(({ key }) => key.startsWith('Guest'))], ['feed']),
    hosts: check([...queued, ...told.filter(({ key }) => key.startsWith('Host'))], ['feed']),
    sends: check([...ours, ...taken], ['provider']),
  };
}

function writtenBy({ history }: Desk, by: Written['by']): readonly Entry[] {
  const mine = history.filter((one) => one.by === by);
  return mine.map(({ type, body }, t) => ({ t, proc: by, op: 'put', type, key: body }));
}

async function toldBy(desk: Desk): Promise<readonly Entry[]> {
  const rows = await desk.query<{ body: string; within: string }>(
    `SELECT m.body, m.conversation_id AS within FROM event e JOIN message m ON m.id = e.message_id
     WHERE e.type = 'MessageAdded' AND m.body ~ '^(Guest|Host) [0-9]+$' ORDER BY e.seq`,
  );
  return rows.map(({ body, within }) => takenFrom('feed', body, within));
}

/** The number that a body ends in rises with every message that is written. */
function takenFrom(proc: string, body: string, within: string): Entry {
  return { t: 0, proc, op: 'take', type: 'ok', key: body, value: { within, rank: Number(body.split(' ')[1]) } };
}
