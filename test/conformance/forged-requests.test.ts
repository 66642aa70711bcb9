import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.ts';
import type { Gateway } from '../../src/domain/gateway.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { createId } from '../../src/lib/id.ts';
import { type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts';
import { serving } from './serving.ts';

/*
 * What a page can have a browser send in a person's name must do nothing, whatever it looks like. Every request here brings a good token, as
 * none that is forged could: what is refused is refused for its form alone.
 */

let done = 0;

/** Counts what is done, and does nothing. */
const counting = {
  providers: [],
  warnings: () => [],
  disconnectAccount: async () => {
    done += 1;
    throw new DomainError('NOT_FOUND', 'There is no such account.', ['accountId']);
  },
} as unknown as Gateway;

const LISTED = 'https://listed.example';
const api = serving({ graphiql: false, gateway: counting, allowedOrigins: [LISTED] });
beforeEach(() => {
  done = 0;
});

const MUTATION = `mutation { disconnectAccount(input: { accountId: "${createId<AccountId>('Account')}" }) { errors { code } } }`;
const asJson = JSON.stringify({ query: MUTATION });
const asForm = `query=${encodeURIComponent(MUTATION)}`;
const parts = { operations: asJson, map: '{}' };
const asParts = `${Object.entries(parts)
  .map(([name, value]) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  .join('')}--x--\r\n`;

type Type = string | readonly string[] | null;

/** Types of bodies, what is sent as them, and who may send them: anybody, whoever sends our header, or nobody. */
const types: readonly (readonly [Type, string, 'all' | 'ours' | 'none'])[] = [
  [null, asJson, 'none'],
  ['application/json', asJson, 'all'],
  ['application/json; charset=utf-8', asJson, 'all'],
  ['APPLICATION/JSON', asJson, 'all'],
  ['application/json ', asJson, 'all'],
  ['text/plain', asJson, 'none'],
  ['text/plain; application/json', asJson, 'none'],
  ['text/plain, application/json', asJson, 'none'],
  ['text/plain; a="application/json"', asJson, 'none'],
  ['application/jsonp', asJson, 'none'],
  ['message/x', asJson, 'none'],
  ['application/graphql', MUTATION, 'none'],
  ['application/x-www-form-urlencoded', asForm, 'none'],
  ['application/x-www-form-urlencoded', asJson, 'none'],
  ['multipart/form-data; boundary=x', asParts, 'ours'],
  ['multipart/form-data', asParts, 'none'],
  // The first of two counts, as for Node itself.
  [['text/plain', 'application/json'], asJson, 'none'],
  [['application/json', 'text/plain'], asJson, 'all'],
];

/** Origins, and whether pages of them may call. */
const origins = (): readonly (readonly [string | null, boolean])[] => [
  [null, true],
  [new URL(api.served.url).origin, true],
  [LISTED, true],
  ['https://foreign.example', false],
  [`${LISTED}.foreign.example`, false],
  [`http${LISTED.slice('https'.length)}`, false],
  [LISTED.toUpperCase(), false],
  ['null', false],
  ['', false],
];

const send = (request: RawRequest): Promise<RawAnswer> =>
  rawRequest(api.served.url, {
    ...request,
    headers: { authorization: `Bearer ${api.served.token}`, ...request.headers },
  });

const ours = [{}, { 'x-parley-client': 'x' }] as const;

describe('a mutation is carried out', () => {
  it.each(types)('as %j only for whom it may be', async (type, body, who) => {
    let rightly = 0;
    for (const [origin, calls] of origins())
      for (const own of ours) {
        const before = done;
        const headers = { ...own, ...(type !== null && { 'content-type': type }), ...(origin !== null && { origin }) };
        const answer = await send({ headers, body });
        const may = calls && (who === 'all' || (who === 'ours' && own !== ours[0]));
        expect([origin, own, done - before]).toEqual([origin, own, Number(may)]);
        expect(Math.floor(answer.status / 100)).toBe(may ? 2 : 4);
        rightly += Number(may);
      }
    expect(rightly).toBe({ all: 6, ours: 3, none: 0 }[who]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('never by %s', async (method) => {
    const search = `?${asForm}`;
    for (const [origin] of origins())
      for (const own of ours) {
        const headers = { ...own, 'content-type': 'application/json', ...(origin !== null && { origin }) };
        const answer = await send({ method, headers, search });
        expect(answer.text).not.toContain('"data"');
        await send({ method, headers, search, ...(!['GET', 'HEAD'].includes(method) && { body: asJson }) });
      }
    expect(done).toBe(0);
  });

  it('never for what a browser brings by itself', async () => {
    const { token, url } = api.served;
    const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
    for (const credentials of [{ cookie: `authorization=Bearer ${token}; token=${token}` }, { authorization: basic }]) {
      const headers = { 'content-type': 'application/json', ...credentials };
      const answer = await rawRequest(url, { headers, body: asJson });
      expect(answer.text).toContain('UNAUTHENTICATED');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(done).toBe(0);
  });
});

it('a query by GET is carried out only with our header, and never for a page that may not call', async () => {
  const search = `?query=${encodeURIComponent('{ eventCursor }')}`;
  for (const [origin, calls] of origins())
    for (const own of ours) {
      const answer = await send({ method: 'GET', search, headers: { ...own, ...(origin !== null && { origin }) } });
      expect([origin, own, answer.text.includes('"eventCursor"')]).toEqual([origin, own, calls && own !== ours[0]]);
    }
});

it('a browser that asks first is told yes for pages that may call alone, and never to bring what it has by itself', async () => {
  for (const [origin, calls] of origins().filter(([name]) => name !== null)) {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const answer = await send({ method: 'OPTIONS', headers: { ...asked, origin: origin ?? '' } });
    expect([origin, answer.status]).toEqual([origin, calls ? 204 : 403]);
    expect(answer.headers['access-control-allow-origin']).toBe(calls ? origin : undefined);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  }
});
