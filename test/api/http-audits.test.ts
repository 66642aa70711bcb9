import { type Audit, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
  served = await serve(db);
});
afterAll(async () => {
  await served.close();
  await db.close();
});

/** All there are: a newer suite that drops or adds some is to be looked at. */
const known =
  '22EB 4655 47DE 80D8 82A3 BF61 78D5 2C94 5A70 9C48 9ABE 03D4 A5BF 423L LKJ0 LKJ1 LKJ2 LKJ3 34A2 13EE 6C00 ' +
  '6C01 6C02 6C03 8161 B8B3 94B0 0220 94B1 0221 94B2 0222 4760 4761 4762 4763 2EA1 28B9 D6D5 6A70 58B0 58B1 ' +
  '58B2 58B3 428F 1B7A B6DC BCF8 B7N8 8764 3E3A 572B FDE2 7B9B 865D 556A D586 51FE 74FF 5E5B 86EE';

/** The audits, each request with a token and those headers. */
function audited(headers: Readonly<Record<string, string>>): readonly Audit[] {
  return serverAudits({
    url: () => served.url,
    fetchFn: (url: string, init: RequestInit = {}) => {
      const all = new Headers({ ...Object.fromEntries(new Headers(init.headers)), ...headers });
      all.set('authorization', `Bearer ${served.token}`);
      return fetch(url, { ...init, headers: all });
    },
  });
}

const verdictOf = async (audit: Audit): Promise<string> => {
  const result = await audit.fn();
  return result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`;
};
const named = (audits: readonly Audit[]) => audits.map((audit) => [audit.name, audit] as const);

describe('GraphQL over HTTP', () => {
  const audits = audited({ 'x-parley-client': 'audit' });

  it.each(named(audits))('%s', async (_name, audit) => {
    expect(await verdictOf(audit)).toBe('ok');
  });

  it('is audited in all its points', () => {
    expect(audits.map(({ id }) => id)).toEqual(known.split(' '));
  });
});

describe('GraphQL over HTTP for a client that does not know our header', () => {
  /**
   * A GET that any page can have a browser send is no operation here, and a server MAY refuse GETs altogether: these three are the
   * audits that need one answered. All others of GET are about what is to be refused anyway.
   */
  const optional = ['5A70', 'D6D5', '6A70'];
  const audits = audited({});

  it.each(named(audits.filter(({ id }) => !optional.includes(id))))('%s', async (_name, audit) => {
    expect(await verdictOf(audit)).toBe('ok');
  });

  it.each(named(audits.filter(({ id }) => optional.includes(id))))('refuses to: %s', async (name, audit) => {
    expect(name).toMatch(/^MAY /);
    expect(await verdictOf(audit)).toBe('notice: Response status code is not 200');
  });

  it('is audited in all its points', () => {
    expect(audits.map(({ id }) => id)).toEqual(known.split(' '));
  });
});
