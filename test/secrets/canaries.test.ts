import { describe, expect, it } from 'vitest';
import { createKnownSecrets, type KnownSecrets } from '../../src/lib/known-secrets.ts';
import { createLog } from '../../src/lib/log.ts';
import type { Fetch, ProviderModule } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import { type TestApp, testApp } from '../helpers/app.ts';

/*
 * Secrets and what guests write are looked for in everything that is logged and, secrets, in everything that is answered, while a provider
 * tells back whatever it was asked: the worst that an error can quote.
 */

const GUESTS_WORDS = 'The canary sings behind the blue door';
const LOOK_MS = 60_000;

type Telling = (asked: string) => Response;

const tellings: Readonly<Record<string, Telling>> = {
  'refuses everybody': (asked) => new Response(asked, { status: 401 }),
  'forbids everything': (asked) => Response.json({ errors: [{ message: asked, detail: asked }] }, { status: 403 }),
  'has broken down': (asked) => new Response(`<html>${asked}</html>`, { status: 500 }),
  'answers nonsense': (asked) => Response.json({ message: asked, error: asked, error_description: asked }),
  'fails to be reached': (asked) => {
    throw new TypeError(`fetch failed: ${asked}`, { cause: new Error(asked) });
  },
};

/** A system whose provider answers as usual until it is told to tell back what it is asked. */
async function echoing({ id }: ProviderModule, level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  const answers: string[] = [];
  let telling: Telling | null = null;
  const known = createKnownSecrets();
  const held = new Set<string>();
  const secrets: KnownSecrets = {
    ...known,
    know(owner, place, values) {
      for (const value of values) held.add(value);
      known.know(owner, place, values);
    },
  };
  const fetch: Fetch = async (url, init) =>
    telling ? telling(`${url} ${JSON.stringify(init)}`) : t.simulator().fetch(url, init);
  const log = createLog({ level, destination: { write: (line) => lines.push(line) }, secrets });
  const t: TestApp = await testApp({ provider: id, size: 3, app: { fetch, log, secrets } });
  const accountId = await t.connect();
  const ask = async (query: string, variables?: object): Promise<void> => {
    answers.push((await t.ask(query, variables)).text);
  };
  return {
    ...{ t, lines, answers, held, accountId, ask },
    echo: (how: Telling | null) => {
      telling = how;
    },
  };
}

const SYNC = 'mutation ($id: ID!) { syncAccount(accountId: $id) { finished errors { code message } } }';
const SEEN =
  '{ accounts { state lastError { kind message } } conversations(first: 5) { sources { error { message } } } }';
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { errors { code message } } }`;
const CONNECT = `mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { errors { code message } } }`;

describe.each(providers)('with $title', (module) => {
  it('no secret is logged or answered, and no word of a guest logged, whatever the provider tells back', async () => {
    const { t, lines, answers, held, accountId, ask, echo } = await echoing(module);
    const simulator = t.simulator();
    const [conversation] = simulator.conversations();
    simulator.guestWrites(conversation?.externalId ?? '', GUESTS_WORDS);
    await t.pass(LOOK_MS);
    const { data } = await t.ask<{ conversations: { nodes: { id: string }[] } }>(
      '{ conversations(first: 5) { nodes { id } } }',
    );
    const conversationId = data.conversations.nodes[0]?.id;
    for (const [name, telling] of Object.entries(tellings)) {
      echo(telling);
      await ask(SEND, { input: { conversationId, body: GUESTS_WORDS, idempotencyKey: name } });
      await ask(SYNC, { id: accountId });
      await ask(CONNECT, { input: { provider: module.id, credentials: simulator.credentials } });
      await t.pass(LOOK_MS);
      await ask(SEEN);
    }
    for (const field of module.secretFields) {
      const value = (simulator.credentials as Record<string, unknown>)[field];
      if (typeof value === 'string') expect(held).toContain(value);
    }
    expect(lines.length).toBeGreaterThan(0);
    const told = [...held, t.token].filter((secret) => [...lines, ...answers].some((text) => text.includes(secret)));
    expect(told).toEqual([]);
    expect(lines.filter((line) => line.includes(GUESTS_WORDS))).toEqual([]);
  });
});
