import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from './app.ts';
import { readConfig } from './config.ts';
import { systemClock } from './lib/clock.ts';
import { createKnownSecrets } from './lib/known-secrets.ts';
import { createLog } from './lib/log.ts';
import { createSealer } from './lib/seal.ts';
import { listen } from './listener.ts';
import type { ProviderModule } from './providers/contract.ts';
import { providers } from './providers/registry.ts';
import type { CreateSimulator } from './simulator/contract.ts';
import { startGuests } from './simulator/guests.ts';
import { type Loopback, serveOnLoopback } from './simulator/loopback.ts';
import { createWorld, type World } from './simulator/world.ts';
import { openFromTemplate } from './store/embedded/template.ts';
import { allScopes, createToken, ensureTenant } from './store/tokens.ts';
import { openTelemetry } from './telemetry/telemetry.ts';

// How often every account is looked at here: a demo is watched, not waited for.
const PULL_EVERY_MS = 2_000;
// Where the estate's bookings are made: half of them where two of the accounts see them from either side.
const PLATFORMS = ['Booking.com', 'Airbnb', 'Booking.com', 'Direct'];

const config = readConfig(process.env);
const ends: (() => Promise<unknown>)[] = [];
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}

async function main(): Promise<void> {
  endOnSignal();
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-demo-'));
  ends.push(() => rm(dataDir, { recursive: true, force: true }));
  say('parley demo: opening the embedded store …');
  const db = await openFromTemplate({ dataDir, clock: systemClock, progress: say });
  ends.push(() => db.close());

  const token = config.demo.token ?? `parley_demo_${randomBytes(12).toString('base64url')}`;
  const tenant = await ensureTenant(db, 'demo', systemClock.now());
  await createToken(db, tenant.id, { name: 'demo', scopes: allScopes, now: systemClock.now(), token });

  const { port, host, graphiql, limits, introspection } = config.server;
  const telemetry = await openTelemetry(config.telemetry);
  ends.unshift(() => telemetry.close());
  const secrets = createKnownSecrets();
  const level = config.log.level === 'info' ? 'warn' : config.log.level;
  const app = createApp({
    ...{ db, providers, secrets, telemetry, graphiql, limits, introspection, pageToken: token },
    pullEveryMs: PULL_EVERY_MS,
    sealer: createSealer({ current: randomBytes(32) }),
    publicUrl: config.server.publicUrl ?? `http://${host}:${port}`,
    allowedOrigins: ['*loopback*'],
    allowPrivateHosts: true,
    log: createLog({ level, secrets }),
  });
  ends.unshift(() => app.stop());
  const listener = await listen(app, { port, host });
  ends.unshift(() => listener.close());

  say('parley demo: waking the guests …');
  const world = createWorld({ seed: 7, clock: systemClock, platforms: PLATFORMS });
  // Before the accounts are connected: what one has is read while the next one is.
  app.start();
  for (const module of providers) await connect(app, module, await play(module, world), token);
  const guests = startGuests(world, systemClock);
  ends.unshift(async () => guests.stop());
  sayWhatToTry(`${listener.url}/graphql`, token);
}

/** Serves a provider's simulator on loopback and answers with the credentials to connect it by. */
async function play(module: ProviderModule, world: World): Promise<Record<string, unknown>> {
  const { createSimulator, demoSwitches } = (await import(`./providers/${module.id}/simulator.ts`)) as {
    createSimulator: CreateSimulator;
    demoSwitches?: object;
  };
  const simulator = createSimulator({ world, clock: systemClock, switches: demoSwitches ?? {} });
  const loopback: Loopback = await serveOnLoopback(simulator.fetch);
  ends.push(() => loopback.close());
  return { ...simulator.credentials, ...simulator.addresses(loopback.url) };
}

/** Connects an account as any caller would: through the API. */
async function connect(
  app: App,
  module: ProviderModule,
  credentials: Record<string, unknown>,
  token: string,
): Promise<void> {
  const query = `mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { account { id } errors { message } } }`;
  const variables = { input: { provider: module.id, title: `${module.title} (simulated)`, credentials } };
  const answer = await app.fetch(
    new Request('http://demo.localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    }),
  );
  const body = await answer.text();
  if (!JSON.parse(body).data?.connectAccount?.account)
    throw new Error(`${module.title} could not be connected: ${body}`);
  say(`parley demo: ${module.title} is connected (simulated on loopback)`);
}

function sayWhatToTry(url: string, token: string): void {
  say(`
  Parley is up, with ${providers.length} simulated provider${providers.length === 1 ? '' : 's'} over one estate, and guests who write.
  What was booked on a platform with two accounts is seen from both sides: write as either, and the other one answers.

    GraphiQL   ${url}
    token      ${token}

  Three things to try in GraphiQL (the token is filled in, the tabs are ready):
    1. "Inbox": run it, and see every conversation with its newest messages.
    2. "Live": start the subscription and wait; a guest writes every few seconds, at times with a picture: open its url.
    3. "Send": put a conversation's id in its variables, run it, and watch the guest answer in "Live".

  Or from a terminal:
    curl -s ${url} -H 'content-type: application/json' -H 'authorization: Bearer ${token}' \\
      -d '{"query":"{ conversations(first: 3) { nodes { participant { name } lastMessage { body } } } }"}'

  Ctrl-C ends it; nothing is kept.
`);
}

function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
}

let ending = false;
async function end(code: number): Promise<never> {
  if (ending) process.exit(1);
  ending = true;
  for (const step of ends) await step().catch(() => undefined);
  process.exit(code);
}
