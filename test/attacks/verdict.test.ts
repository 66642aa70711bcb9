import { describe, expect, it } from 'vitest';
import type { Vitals } from '../battery/soak-watch.ts';
import type { Heard } from './attack.ts';
import { judgeMemory, SPARE_BYTES } from './memory.ts';
import { ANSWER_WITHIN_MS, judge } from './verdict.ts';

/** A refusal as it should be. */
const good: Heard = {
  ...{ way: 'POST', statuses: [400], closed: null, ended: true, cut: false, ms: 5 },
  text: '{"errors":[{"message":"No.","extensions":{"code":"BAD_USER_INPUT"}}]}',
  answers: [{ errors: [{ message: 'No.', extensions: { code: 'BAD_USER_INPUT' } }] }],
};
const told = (message: string): Partial<Heard> => ({
  text: JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] }),
});
const coded = (extensions?: object): Partial<Heard> => ({ answers: [{ errors: [{ message: 'No.', extensions }] }] });
const answer = (data: unknown): Partial<Heard> => ({ statuses: [200], text: '', answers: [{ data }] });

const found = (heard: Partial<Heard>, expected: 'refused' | 'answered' = 'refused'): number =>
  judge({ expected }, { ...good, ...heard }).length;

describe('an answer is found fault with', () => {
  it.each<[string, Partial<Heard>]>([
    ['of the status 500', { statuses: [500] }],
    ['of which one of several has the status 502', { statuses: [400, 502, 400] }],
    ['of the status 503 that does not say when to come back', { statuses: [503] }],
    ['that closes a socket as broken', { closed: 4500 }],
    ['that closes a socket with 1011', { closed: 1011 }],
    ['with a masked fault', coded({ code: 'INTERNAL_SERVER_ERROR' })],
    ['with an error without a code', coded({})],
    ['with an error without extensions', coded()],
    ['with an error of somebody else’s code', coded({ code: 'GRAPHQL_PARSE_FAILED' })],
    ['with an error without a code, by websocket', { answers: [[{ message: 'No.' }]] }],
    ['with a masked fault in its words', told('Unexpected error.')],
    ['with a stack', told('x\n    at handle (file:///srv/app.js:1:2)')],
    ['with a line of a stack', told('at Object.run (/srv/parley/a.js:1:2)')],
    ['with a path of a module', told('node_modules/graphql/index.js')],
    ['with a path of a file', told('ENOENT: /home/parley/.parley')],
    ['with a line of a file', told('socket-wire.ts:12')],
    ['with a statement', told('SELECT id FROM token WHERE a = 1')],
    ['with another statement', told('INSERT INTO message (id) VALUES (1)')],
    ['with words of the database', told('invalid byte sequence for encoding "UTF8": 0x00')],
    ['with a constraint', told('violates foreign key constraint')],
    ['with words of Prisma', told('Invalid `prisma.token.findMany()` invocation')],
    ['with a code of Prisma', told('P2002')],
    ['with a fault of the language', told('TypeError: x.y is not a function')],
    ['with a stack that has no end', told('Maximum call stack size exceeded')],
    ['that took too long', { ms: ANSWER_WITHIN_MS + 1 }],
    ['that never came', { ended: false }],
    ['that says nothing at all', { statuses: [], answers: [], text: '' }],
    ['that did what it should have refused', answer({ sendMessage: { message: { id: '1' }, errors: [] } })],
    ['that gave what it should have refused', answer({ conversations: { totalCount: 1 } })],
  ])('%s', (_title, heard) => {
    expect(found(heard)).toBeGreaterThan(0);
  });
});

describe('an answer is found right', () => {
  it.each<[string, Partial<Heard>]>([
    ['that refuses', {}],
    ['of the status 503 that says when to come back', { statuses: [503], text: 'retry-after: 5' }],
    ['that closes a socket as too much', { statuses: [101], closed: 1009, text: '', answers: [] }],
    ['that refuses in the payload of a mutation', answer({ sendMessage: { errors: [{ code: 'NOT_FOUND' }] } })],
    ['that cuts a connection off', { statuses: [], text: '', answers: [], cut: true }],
  ])('%s', (_title, heard) => {
    expect(found(heard)).toBe(0);
  });

  it('with data, where it may be answered', () => {
    expect(found(answer({ node: null }), 'answered')).toBe(0);
  });
});

it('a server that holds more than it may afterwards is found', () => {
  const held = (heapUsed: number, external: number): Vitals => ({
    ...{ heapUsed, external, rss: 0, resources: {}, lateMs: 0, objects: {} },
  });
  expect(judgeMemory(held(1, 1), held(SPARE_BYTES, 1))).toEqual([]);
  expect(judgeMemory(held(1, 1), held(SPARE_BYTES, 3))).toHaveLength(1);
  expect(judgeMemory(held(1, 1), held(1, SPARE_BYTES + 2))).toHaveLength(1);
});
