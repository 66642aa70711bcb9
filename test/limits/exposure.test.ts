import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import type { TransportOptions } from '../../src/graphql/transport.ts';
import type { Database } from '../../src/store/database.ts';
import { readTrustedDocuments } from '../../src/trusted-documents.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());

/** For all tests of a chapter: nothing that they do is left over. */
function servedWith(options: Partial<TransportOptions>): void {
  beforeAll(async () => {
    served = await serve(db, options);
  });
  afterAll(() => served.close());
}

/** What is told over each transport, as text: by POST, as events and by websocket. */
async function everywhere(payload: Record<string, unknown>): Promise<string[]> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${served.token}` };
  const post = async (accept: string) =>
    (
      await fetch(served.url, { method: 'POST', headers: { ...headers, accept }, body: JSON.stringify(payload) })
    ).text();
  const socket = served.socket();
  const told = await new Promise<string>((resolve) => {
    let text = '';
    socket.subscribe({ query: '', ...payload } as { query: string }, {
      next: (value) => {
        text = JSON.stringify(value);
      },
      error: (error) => resolve(JSON.stringify({ errors: error })),
      complete: () => resolve(text),
    });
  });
  await socket.dispose();
  return [await post('application/json'), await post('text/event-stream'), told];
}

describe('with introspection off', () => {
  servedWith({ introspection: 'off' });

  it.each([
    '{ __schema { queryType { name } } }',
    '{ a: __schema { types { name } } }',
    '{ __type(name: "Message") { name } }',
    '{ ...F } fragment F on Query { __schema { queryType { name } } }',
    'subscription { __schema { queryType { name } } }',
  ])('%s is refused everywhere', async (query) => {
    for (const text of await everywhere({ query })) {
      expect(text).toContain('Introspection is switched off');
      expect(text).not.toContain('"data":{');
    }
  });

  const names = Object.keys(schema.getTypeMap()).filter((name) => name.length > 3);
  it.each([
    ['a field', '{ viewr { id } }', {}],
    ['a field of something', '{ viewer { nam } }', {}],
    ['an argument', '{ conversations(frst: 1) { nodes { id } } }', {}],
    ['a value', '{ conversations(first: "x") { nodes { id } } }', {}],
    ['an input’s field', '{ conversations(filter: { unred: true }) { nodes { id } } }', {}],
    ['a missing selection', '{ viewer }', {}],
    ['a type of a variable', 'query($x: Strin) { conversations(first: $x) { nodes { id } } }', {}],
    ['a type of a fragment', '{ ...F } fragment F on Querry { viewer { scopes } }', {}],
    ['a variable’s value', 'query($n: Int) { conversations(first: $n) { nodes { id } } }', { n: 'many' }],
    [
      'a time',
      'query($t: DateTime!) { conversations(filter: { lastMessageAfter: $t }) { nodes { id } } }',
      { t: 'now' },
    ],
    [
      'an input’s value',
      'mutation($i: SendMessageInput!) { sendMessage(input: $i) { errors { code } } }',
      { i: { conversation: 1 } },
    ],
    ['a directive', '{ viewer @skp(if: true) { scopes } }', {}],
  ])('an error about %s names no type that it was not told', async (_what, query, variables) => {
    for (const text of await everywhere({ query, variables })) {
      expect(text).toContain('BAD_USER_INPUT');
      expect(text).not.toMatch(/did you mean/i);
      const leaked = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
      expect(leaked).toEqual([]);
    }
  });

  it('what is wrong with the text itself is still told, and answers still say their type', async () => {
    for (const text of await everywhere({ query: '{ viewer {' })) expect(text).toContain('Syntax Error');
    for (const text of await everywhere({ query: '{ __typename viewer { __typename } }' }))
      expect(text).toContain('"__typename":"Viewer"');
  });
});

const anonymous = async (query: string) => (await served.post(query, { token: null })).text();

describe('the whole schema by default', () => {
  servedWith({});

  it('is told to whoever has a token, and to nobody else', async () => {
    expect(await (await served.post(getIntrospectionQuery())).text()).toContain('"queryType"');
    expect(await anonymous(getIntrospectionQuery())).toContain('UNAUTHENTICATED');
  });
});

describe('the whole schema where that is switched on', () => {
  servedWith({ introspection: 'on' });

  it('is told to everybody, and nothing beside it', async () => {
    expect(await anonymous(getIntrospectionQuery())).toContain('"queryType"');
    for (const query of ['{ __schema { queryType { name } } viewer { scopes } }', '{ viewr }', '{ eventCursor }', '{'])
      expect(await anonymous(query)).toContain('UNAUTHENTICATED');
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const VIEWER = '{ viewer { tenant { id } } }';
const CURSOR = 'query Cursor { eventCursor }';
const manifest = new Map([VIEWER, CURSOR].map((text) => [sha256(text), text]));

describe('with a list of documents', () => {
  servedWith({ trustedDocuments: manifest });

  const persisted = (hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash: hash } });

  it.each([
    ['by its id', { documentId: `sha256:${sha256(VIEWER)}` }],
    ['by its bare id', { documentId: sha256(VIEWER) }],
    ['as Apollo’s clients do', { extensions: persisted(sha256(VIEWER)) }],
    ['by id and text', { documentId: sha256(VIEWER), query: VIEWER }],
    ['by its text', { query: VIEWER }],
  ])('one of them runs everywhere when it is named %s', async (_title, payload) => {
    for (const text of await everywhere(payload)) expect(text).toContain(served.estate.scope.tenantId);
  });

  it.each([
    ['of an unknown id', { documentId: sha256('{ eventCursor }') }],
    ['of an unknown id with its text', { documentId: sha256('{ eventCursor }'), query: '{ eventCursor }' }],
    ['that an unknown hash names', { extensions: persisted('0'.repeat(64)) }],
    ['that is another than its id names', { documentId: sha256(VIEWER), query: CURSOR }],
    ['of an id of another kind', { documentId: `md5:${sha256(VIEWER)}` }],
    ['of an id that is none', { documentId: 7 }],
    ['by another version', { extensions: persisted(sha256(VIEWER), 2) }],
    ['that is only sent', { query: '{ eventCursor }' }],
    ['that asks for the schema', { query: getIntrospectionQuery() }],
    ['that is a subscription', { query: 'subscription { messageAdded { cursor } }' }],
  ])('nothing runs %s, the second time neither', async (_title, payload) => {
    for (const text of [...(await everywhere(payload)), ...(await everywhere(payload))]) {
      expect(text).toContain('DOCUMENT_NOT_TRUSTED');
      expect(text).not.toContain('"data":{');
    }
  });

  it('the same holds by GET, and there is no GraphiQL', async () => {
    const get = (search: string, headers: Record<string, string> = {}) =>
      fetch(`${served.url}?${search}`, {
        headers: { 'x-parley-client': 'test', authorization: `Bearer ${served.token}`, ...headers },
      });
    expect((await get(`query=${encodeURIComponent(VIEWER)}`)).status).toBe(200);
    expect((await get(`documentId=${sha256(VIEWER)}`)).status).toBe(200);
    expect((await get(`query=${encodeURIComponent('{ eventCursor }')}`)).status).toBe(403);
    const page = await get('', { accept: 'text/html' });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('PARLEY_TRUSTED_DOCUMENTS');
  });

  it('an id is not looked for by whoever has no token', async () => {
    const answer = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: sha256(VIEWER) }),
    });
    expect(await answer.text()).toContain('UNAUTHENTICATED');
  });
});

describe('without a list', () => {
  servedWith({});

  it('an id alone is refused in the words that Apollo’s clients go on from, and with a text it is nothing', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(VIEWER) } };
    for (const text of await everywhere({ extensions })) expect(text).toContain('"PersistedQueryNotSupported"');
    for (const text of await everywhere({ extensions, query: VIEWER }))
      expect(text).toContain(served.estate.scope.tenantId);
    for (const text of await everywhere({ extensions })) expect(text).toContain('"PersistedQueryNotSupported"');
    for (const text of await everywhere({ documentId: sha256(VIEWER) })) expect(text).toContain('NO_TRUSTED_DOCUMENTS');
  });
});

describe('a list of documents is read at start', () => {
  const file = async (text: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'parley-documents-')), 'documents.json');
    await writeFile(path, text);
    return path;
  };

  it('with or without the name of the digest', async () => {
    const path = await file(JSON.stringify({ [sha256(VIEWER)]: VIEWER, [`sha256:${sha256(CURSOR)}`]: CURSOR }));
    expect(await readTrustedDocuments(path)).toEqual(manifest);
  });

  it.each([
    ['is no JSON', 'query', 'no JSON object'],
    ['is a list', '[]', 'no JSON object'],
    ['is empty', '{}', 'without a document'],
    ['has a wrong hash', JSON.stringify({ [sha256('x')]: VIEWER }), 'not the SHA-256'],
    ['has no text', JSON.stringify({ [sha256('x')]: 7 }), 'is no text'],
    ['does not fit', JSON.stringify({ [sha256('{ nothing }')]: '{ nothing }' }), 'does not fit the schema'],
    ['cannot be parsed', JSON.stringify({ [sha256('{')]: '{' }), 'does not fit the schema'],
  ])('and refused where it %s', async (_title, text, problem) => {
    const error = await readTrustedDocuments(await file(text)).catch((fault: unknown) => fault);
    expect(String(error)).toContain('PARLEY_TRUSTED_DOCUMENTS');
    expect(String(error)).toContain(problem);
  });

  it('and refused where there is none', async () => {
    await expect(readTrustedDocuments('/nowhere/documents.json')).rejects.toThrow('cannot be read');
  });
});
