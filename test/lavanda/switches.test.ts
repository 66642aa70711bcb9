import { describe, expect, it } from 'vitest';
import { lavanda } from '../../src/providers/lavanda/index.ts';
import type { LavandaSwitches } from '../../src/providers/lavanda/simulator-switches.ts';
import { providers } from '../../src/providers/registry.ts';
import { type Bench, callOf, createMemoryJar, openBench, subjectOf } from '../contract/bench.ts';
import { everythingTold, everythingTrue } from '../contract/truth.ts';
import { hear, keysOf, readBack } from '../contract/walking.ts';

/*
 * Lavanda's papers leave much open, so that the same adapter has to get on with every way in which it may turn out. The judge is
 * always the simulator's truth, in full.
 */

const module = providers.find(({ id }) => id === lavanda.id);
if (!module) throw new Error('the provider is not registered');
const subject = await subjectOf(module);

type Switches = Partial<LavandaSwitches>;

/** Positions in which everything can be read that there is. */
const positions: { readonly [Name in keyof LavandaSwitches]: readonly LavandaSwitches[Name][] } = {
  dialect: ['gen1', 'gen2', 'both'],
  requireClientName: [true, false],
  authFailureStyle: ['http401', 'graphql200'],
  overLimit: ['clamp', 'error'],
  defaultPageSize: [1, 5, 25],
  order: ['desc', 'asc'],
  connectionParts: ['all', 'edges', 'nodes'],
  conversationField: ['converation', 'conversation', 'conversations', 'all'],
  conversationsShape: ['list', 'connection'],
  messagesShape: ['connection', 'list'],
  messagesListLimit: [null, 1000],
  sentByType: ['enum', 'string', 'both'],
  leadNamespaces: ['crm', 'leads', 'both'],
  leadTypeName: ['CrmLead', 'Lead'],
  workspacesQuery: [true],
  notFound: ['null', 'error'],
  errorStatus: [200, 400],
  rateLimit: [null, { requests: 1000, perSeconds: 60 }],
  introspection: [true, false],
  suggestions: [true, false],
  maxDepth: [null, 7],
  maxBodyLength: [null, 5000],
  timePrecision: ['second', 'millisecond'],
  tokenLifetimeSeconds: [1, 60, 3600],
  revokeOldTokens: [true, false],
  speculativeEvents: [true, false],
};

const each: readonly Switches[] = Object.entries(positions).flatMap(([name, values]) =>
  values.flatMap((value) => [{ [name]: value }, { [name]: value, introspection: false }]),
);

const fields: readonly Switches[] = [
  { conversationField: 'converation' },
  { conversationField: 'conversation' },
  { conversationField: 'conversations', conversationsShape: 'list' },
  { conversationField: 'conversations', conversationsShape: 'connection' },
  { conversationField: 'all', conversationsShape: 'list' },
];

/** What reading depends on most, in every combination. */
const combined: readonly Switches[] = fields.flatMap((field) =>
  (['connection', 'list'] as const).flatMap((messagesShape) =>
    (['desc', 'asc'] as const).flatMap((order) =>
      (['gen1', 'gen2'] as const).flatMap((dialect) =>
        [true, false].map((introspection) => ({ ...field, messagesShape, order, dialect, introspection })),
      ),
    ),
  ),
);

/** With long threads on a booking and on a lead, and a party of three. */
function open(switches: Switches = {}, credentials: object = {}): Bench {
  const bench = openBench(subject, { size: 6, switches, credentials });
  const createdAt = new Date(bench.clock.now().getTime() - 30 * 86_400_000);
  bench.simulator.addConversation({ about: 'lead', createdAt, messages: 60 });
  return bench;
}

async function expectAllTold(bench: Bench): Promise<void> {
  expect(await everythingTold(bench)).toEqual(everythingTrue(bench.simulator));
}

async function expectToSend(bench: Bench, body: string): Promise<void> {
  const { adapter, simulator } = bench;
  const before = simulator.sent.length;
  const [conversation] = await keysOf(bench);
  if (!conversation) throw new Error('there is no conversation');
  const outcome = await adapter.send({ conversation, body, attachments: [] }, callOf());
  expect(simulator.sent.slice(before).map((sent) => sent.body)).toEqual([body]);
  expect(outcome).toMatchObject({ kind: 'accepted', id: simulator.sent.at(-1)?.messageExternalId });
}

describe.each([...each, ...combined])('with %o', (switches) => {
  it('everything is told as it is in truth, a message goes out once, and what is new is found', async () => {
    const bench = open(switches);
    await expectAllTold(bench);
    await expectToSend(bench, 'See you "soon"\n{ $us }');
    const { externalId } = bench.simulator.addConversation({ messages: 1 });
    const found = hear((await bench.adapter.glance?.(callOf())) ?? []);
    expect([...found.conversations.keys()]).toContain(externalId);
  });
});

describe('a switch that is flipped', () => {
  const flips: readonly (readonly [keyof LavandaSwitches, readonly unknown[]])[] = [
    ['conversationField', ['converation', 'conversation', 'conversations', 'converation']],
    ['conversationsShape', ['list', 'connection', 'list']],
    ['messagesShape', ['connection', 'list', 'connection']],
    ['dialect', ['gen1', 'gen2', 'gen1']],
    ['connectionParts', ['edges', 'nodes', 'edges']],
    ['sentByType', ['enum', 'string', 'enum']],
    ['leadNamespaces', ['crm', 'leads', 'crm']],
    ['leadTypeName', ['CrmLead', 'Lead', 'CrmLead']],
    ['order', ['desc', 'asc', 'desc']],
    ['authFailureStyle', ['http401', 'graphql200', 'http401']],
  ];

  const ways = [
    { introspection: true, errorStatus: 200, how: 'told by the schema' },
    { introspection: false, errorStatus: 400, how: 'found by trying' },
  ] as const;

  for (const [name, values] of flips)
    for (const { how, ...way } of ways) {
      it(`${name} is ${how} anew between two runs and within one`, async () => {
        const bench = open({ ...way, conversationField: 'conversations' });
        const { switches } = bench.simulator;
        for (const value of values) {
          Object.assign(switches, { [name]: value });
          bench.simulator.expireTokens?.();
          const restarted = { ...bench, adapter: bench.connect({ memory: createMemoryJar(bench.memory.text) }) };
          await expectToSend(restarted, 'After a restart');
          await expectAllTold(restarted);
          await expectToSend(bench, 'Without one');
          await expectAllTold(bench);
        }
      });
    }
});

describe('what is less than everything', () => {
  it('a bare list that is cut off ends where it is cut, in order', async () => {
    const bench = open({ messagesShape: 'list', messagesListLimit: 40 });
    const cut = everythingTrue(bench.simulator).map((one) => ({ ...one, messages: one.messages.slice(-40) }));
    expect(await everythingTold(bench)).toEqual(cut);
  });

  it('workspaces that cannot be listed are all read, unless some are named', async () => {
    const all = open({ workspacesQuery: false });
    const found = await everythingTold(all);
    expect(found).toEqual(expect.arrayContaining([...everythingTrue(all.simulator)]));
    await expectAllTold(open({ workspacesQuery: false }, { workspaceIds: ['42'] }));
  });

  it('nothing is asked deeper than the documents do, with the edges that they show', async () => {
    const positions = [{ introspection: true }, { introspection: false }] as const;
    for (const position of positions) await expectAllTold(open({ maxDepth: 7, connectionParts: 'edges', ...position }));
  });

  it('a limit of requests slows a walk down and loses nothing', async () => {
    const bench = open();
    const keys = await keysOf(bench);
    Object.assign(bench.simulator.switches, { rateLimit: { requests: 1, perSeconds: 60 } });
    const patient = { ...bench.adapter, messages: patiently(bench) };
    const threads = await readBack(patient, keys, 25);
    const truth = new Map(everythingTrue(bench.simulator).map((one) => [one.externalId, one.messages.length] as const));
    const lengths = threads.map((pages) => pages.reduce((sum, { items }) => sum + items.length, 0));
    expect(lengths).toEqual(keys.map((key) => truth.get(key.externalId ?? '')));
    expect(bench.simulator.calls.count({ status: 429 })).toBeGreaterThan(0);
  });

  it('a text that is too long is rejected as it is, with either status', async () => {
    for (const errorStatus of [200, 400] as const) {
      const bench = open({ maxBodyLength: 100, errorStatus });
      const [conversation] = await keysOf(bench);
      if (!conversation) throw new Error('there is no conversation');
      const send = (body: string) => bench.adapter.send({ conversation, body, attachments: [] }, callOf());
      expect(await send('x'.repeat(101))).toMatchObject({ kind: 'rejected', error: { kind: 'invalid' } });
      expect(bench.simulator.sent).toEqual([]);
      expect(await send('x'.repeat(100))).toMatchObject({ kind: 'accepted' });
    }
  });

  it('nobody asks for more than 25 at once, wherever pages are limited by refusal', async () => {
    const bench = open({ overLimit: 'error', messagesShape: 'connection' });
    await expectAllTold(bench);
    await bench.adapter.glance?.(callOf());
    expect(bench.simulator.calls.entries.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

/** Reads, and where it is too soon waits as long as is asked. */
function patiently({ adapter, clock }: Bench): Bench['adapter']['messages'] {
  const read: Bench['adapter']['messages'] = (pages, call) =>
    adapter.messages(pages, call).catch((error) => {
      if (error.kind !== 'rate-limited') throw error;
      clock.advance(error.retryAt.getTime() - clock.now().getTime());
      return read(pages, call);
    });
  return read;
}
