/*
 * All providers with their guests, in a process of their own. One argument: `GuestsSettings` as JSON. Tells its parent by what accounts
 * they are reached, and ends with it.
 */
import { type Clock, every, systemClock } from '../../src/lib/clock.ts';
import { providers } from '../../src/providers/registry.ts';
import { type Chance, createChance } from '../../src/simulator/chance.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import { serveOnLoopback } from '../../src/simulator/loopback.ts';
import { pictureOf } from '../../src/simulator/pictures.ts';
import { createWorld } from '../../src/simulator/world.ts';

/** How much there is, and happens, at each provider. */
export interface GuestsSettings {
  readonly seed: number;
  readonly conversations: number;
  /** Messages that each conversation begins with. */
  readonly messages: number;
  /** Of guests, between two messages at one provider. */
  readonly writeEveryMs: number;
  /** Between two conversations that begin at one provider. */
  readonly beginEveryMs: number;
}

/** An account to be connected. */
export interface PlayedAccount {
  readonly provider: string;
  readonly credentials: object;
}

/** What its parent tells: where the server is that webhooks go to. Guests write from then on; null: no longer. */
export interface ServerAt {
  readonly url: string | null;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as GuestsSettings;
const LONG_AGO_MS = 3_600_000;
// What a provider does within minutes it does here within seconds.
const HASTE = 50;
// More requests than an hour has, and tokens that are renewed again and again.
const switches: Readonly<Record<string, object>> = {
  bookingsync: { rateLimit: 1_000_000, tokenLifetimeSeconds: 60 },
  lavanda: { timePrecision: 'millisecond', tokenLifetimeSeconds: 60 },
  'bookingcom-demand': { conversationAfterMs: 0 },
};

interface Played {
  readonly provider: string;
  readonly simulator: ProviderSimulator;
  readonly threads: string[];
  readonly chance: Chance;
}

const played = await Promise.all(providers.map(({ id }, index) => play(id, settings.seed + index)));
const accounts = await Promise.all(
  played.map(async ({ provider, simulator }): Promise<PlayedAccount> => {
    const { url } = await serveOnLoopback(simulator.fetch);
    return { provider, credentials: { ...simulator.credentials, ...simulator.addresses(url) } };
  }),
);
const stops: (() => void)[] = [];
process.on('message', ({ url }: ServerAt) => {
  for (const stop of stops.splice(0)) stop();
  if (url !== null) for (const one of played) stops.push(...live(one, url));
});
process.once('disconnect', () => process.exit());
process.send?.(accounts);

async function play(provider: string, seed: number): Promise<Played> {
  const clock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / HASTE, run) };
  const { createSimulator, platforms } = (await import(`../../src/providers/${provider}/simulator.ts`)) as {
    createSimulator: CreateSimulator;
    platforms?: readonly string[];
  };
  const world = createWorld({ seed, clock, size: 0, ...(platforms && { platforms }) });
  const simulator = createSimulator({ world, clock, switches: switches[provider] ?? {} });
  const createdAt = new Date(systemClock.now().getTime() - LONG_AGO_MS);
  const threads = Array.from(
    { length: settings.conversations },
    () => simulator.addConversation({ createdAt, messages: settings.messages }).externalId,
  );
  return { provider, simulator, threads, chance: createChance(seed) };
}

/** Guests write, new ones come, and the provider tells the server of it where it does such. */
function live({ provider, simulator, threads, chance }: Played, url: string): (() => void)[] {
  const webhooks = `${url}/webhooks/${provider}`;
  const target = { url: webhooks, tokenUrl: `${webhooks}/token`, fetch };
  const told = simulator.deliverWebhooks?.(target);
  let written = 0;
  const write = (): void => {
    const thread = chance.pick(threads);
    written += 1;
    const attachments = chance.happens(0.1) ? pictureIn(simulator, thread) : [];
    simulator.guestWrites(thread, `I have question number ${written}, about the ${chance.pick(THINGS)}.`, {
      attachments,
    });
    if (!told) deliver(simulator, thread, webhooks);
    // What was asked is of no interest here, and would only grow.
    simulator.calls.reset();
  };
  return [
    every(systemClock, settings.writeEveryMs, write),
    every(systemClock, settings.beginEveryMs, () => void threads.push(simulator.addConversation().externalId)),
    () => told?.(),
  ];
}

const THINGS = ['garden', 'keys', 'parking', 'towels', 'window', 'kitchen', 'ferry', 'breakfast'];

function pictureIn(simulator: ProviderSimulator, thread: string): readonly string[] {
  const bytes = pictureOf({ width: 160, height: 100, colour: [30, 90, 160] });
  const id = simulator.addAttachment?.(thread, { name: 'photo.png', contentType: 'image/png', bytes });
  return id === undefined ? [] : [id];
}

function deliver(simulator: ProviderSimulator, conversation: string, url: string): void {
  const signed = simulator.webhook({ conversation });
  if (!signed) return;
  // A hint that is lost is nobody's loss.
  fetch(url, { method: 'POST', headers: signed.headers, body: signed.body }).then(
    (answer) => answer.arrayBuffer(),
    () => undefined,
  );
}
