import { afterEach, describe, expect, it } from 'vitest';
import { createFaultySchema, failReads } from './planted-faults.ts';
import type { RawSocket, Told } from './raw-socket.ts';
import { serving } from './serving.ts';

const faulty = createFaultySchema();
const api = serving({ graphiql: false, schema: faulty.schema });
afterEach(() => {
  faulty.failing = null;
});

const NEW = 'subscription { messageAdded { message { body } } }';
const NEIGHBOURS = 99;

/** A socket on which ninety-nine subscriptions wait. */
async function crowded(): Promise<RawSocket> {
  const raw = await api.greeted();
  for (let i = 0; i < NEIGHBOURS; i += 1) raw.subscribe(`neighbour ${i}`, NEW);
  await api.readers(NEIGHBOURS);
  return raw;
}

const ofNeighbours = ({ received }: RawSocket) => received.filter(({ id }) => id?.startsWith('neighbour'));

/** Every neighbour is told of a message once more, and nothing else than such messages came for any of them. */
async function expectAllGoOn(raw: RawSocket, bodies: readonly string[]): Promise<void> {
  await api.served.say(bodies.at(-1) ?? '');
  await raw.until(() => ofNeighbours(raw).length >= bodies.length * NEIGHBOURS);
  const told = bodies.map((body) => ({ type: 'next', payload: { data: { messageAdded: { message: { body } } } } }));
  for (let i = 0; i < NEIGHBOURS; i += 1) {
    const heard = raw.received.filter(({ id }) => id === `neighbour ${i}`);
    expect(heard.map(({ type, payload }) => ({ type, payload }))).toEqual(told);
  }
  expect(raw.socket.readyState).toBe(raw.socket.OPEN);
}

const codesIn = ({ type, payload }: Told): readonly unknown[] => {
  const errors = type === 'error' ? payload : (payload as { errors?: unknown }).errors;
  return (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
};

const DEAR = `query($n: Int = 100) { ${Array.from({ length: 10 }, (_, i) => `a${i}: conversations(first: $n) { nodes { messages(last: $n) { nodes { body attachments { name } delivery { state } } } } }`).join(' ')} }`;

describe('what is wrong with one operation of a socket is told under its id, and the other ninety-nine go on', () => {
  it.each<[string, string, string, string?]>([
    ['a document that cannot be parsed', 'BAD_USER_INPUT', '{'],
    ['a document that is not valid', 'BAD_USER_INPUT', '{ nothing }'],
    ['a document that is too deep', 'BAD_USER_INPUT', `{ ${'a { '.repeat(50)}b${' }'.repeat(50)} }`],
    ['a document that costs too much', 'COST_EXCEEDED', DEAR],
    [
      'a variable of another type',
      'BAD_USER_INPUT',
      'query($n: Int = "x") { conversations(first: $n) { nodes { id } } }',
    ],
    ['a field that throws', 'INTERNAL_SERVER_ERROR', '{ accounts { id } }'],
    ['a subscription that throws as it begins', 'INTERNAL_SERVER_ERROR', 'subscription { events { cursor } }'],
  ])('%s: %s', async (_title, code, query) => {
    const raw = await crowded();
    faulty.failing = 'subscribe';
    const mend = failReads(api, 'FROM account');
    raw.subscribe('faulty', query);
    await raw.until((all) => all.some(({ id }) => id === 'faulty'));
    mend();
    const [told] = raw.received.filter(({ id }) => id === 'faulty');
    expect(codesIn(told as Told)).toEqual([code]);
    expect(ofNeighbours(raw)).toEqual([]);
    await expectAllGoOn(raw, ['after it']);
    raw.subscribe('faulty', '{ eventCursor }');
    await raw.until((all) => all.some(({ id, type }) => id === 'faulty' && type === 'complete'));
  });

  it('an event that throws for one of them: that one is told so, and follows on', async () => {
    const raw = await crowded();
    raw.subscribe('mapper', 'subscription { events { ... on MessageAdded { message { body } } } }');
    await api.readers(NEIGHBOURS + 1);
    faulty.failing = 'resolve';
    await api.served.say('fails for one');
    const told = (text: string) =>
      raw.received.filter(({ id, payload }) => id === 'mapper' && JSON.stringify(payload).includes(text));
    await raw.until(() => told('errors').length > 0);
    faulty.failing = null;
    await expectAllGoOn(raw, ['fails for one', 'after it']);
    await raw.until(() => told('after it').length > 0);
    expect(told('errors').map(({ type }) => type)).toEqual(['next']);
    expect(told('errors').flatMap(codesIn)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(raw.received.some(({ id, type }) => id === 'mapper' && type !== 'next')).toBe(false);
  });
});
