import { rawRequest } from './raw-request.ts';

/*
 * The checks of graphql-cop (github.com/dolevf/graphql-cop, lib/tests), the audit that people point at a GraphQL server first: what each asks,
 * and what answer it takes for a finding.
 */

/** An answer as JSON; a list, where it is one. */
export interface Answered {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message?: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

/** Asks something; answers what came back as JSON, an empty object where it is none. */
export type AskJson = (payload: object) => Promise<Answered | readonly Answered[]>;

interface PayloadCheck {
  readonly title: string;
  readonly payload: object;
  found(answer: Answered): boolean;
}

const times = (count: number, text: (place: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const named = (query: string): object => ({ query, operationName: 'cop' });
const schemaIn = (answer: Answered) => answer.data?.['__schema'] as { readonly types: readonly unknown[] } | undefined;
const anyError = (name: string) => (answer: Answered) =>
  Boolean(answer.errors?.some(({ extensions }) => extensions?.[name]));
const fieldsOf = (inner: string): string => `fields { type { ${inner} } }`;

/** What is asked in a document, whatever it comes by. */
const payloadChecks: readonly PayloadCheck[] = [
  {
    title: 'alias overloading',
    payload: named(`query cop { ${times(101, (i) => `alias${i}: __typename`)} }`),
    found: ({ data }) => Boolean(data?.['alias100']),
  },
  {
    title: 'directive overloading',
    payload: named('query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }'),
    found: ({ errors = [] }) => errors.length >= 10,
  },
  {
    title: 'field duplication',
    payload: named(`query cop { ${times(500, () => '__typename')} }`),
    found: ({ data }) => Boolean(data?.['__typename']),
  },
  {
    title: 'circular introspection',
    payload: named(`query cop { __schema { types { ${fieldsOf(fieldsOf(fieldsOf(fieldsOf('name'))))} } } }`),
    found: (answer) => (schemaIn(answer)?.types.length ?? 0) > 0,
  },
  {
    title: 'introspection',
    payload: named('query cop { __schema { types { name fields { name } } } }'),
    found: (answer) => schemaIn(answer) !== undefined,
  },
  {
    title: 'field suggestions',
    payload: named('query cop { __schema { directive } }'),
    found: ({ errors = [] }) => errors.some(({ message }) => message?.includes('Did you mean')),
  },
  { title: 'trace mode', payload: named('query cop { __typename '), found: anyError('tracing') },
  { title: 'unhandled errors', payload: named('qwerty cop { abc }'), found: anyError('exception') },
];

const batch = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));

/** Titles of the findings among what is asked in documents. */
export async function findingsIn(ask: AskJson): Promise<string[]> {
  const findings: string[] = [];
  for (const { title, payload, found } of payloadChecks)
    if (found((await ask(payload)) as Answered)) findings.push(title);
  const many = await ask(batch);
  if (Array.isArray(many) && many.length >= batch.length) findings.push('batch queries');
  return findings;
}

/** The same by POST, and what HTTP alone can be asked. */
export async function findingsByHttp(url: string, headers: Readonly<Record<string, string>>): Promise<string[]> {
  const ask = async (more: Parameters<typeof rawRequest>[1]): Promise<string> =>
    (await rawRequest(url, { ...more, headers: { ...headers, ...more.headers } })).text;
  const typed = { 'content-type': 'application/json' };
  const findings = await findingsIn(async (payload) =>
    jsonOf(await ask({ headers: typed, body: JSON.stringify(payload) })),
  );
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const answersTo = async (title: string, more: Parameters<typeof rawRequest>[1]): Promise<void> => {
    if ((jsonOf(await ask(more)) as Answered).data?.['__typename']) findings.push(title);
  };
  const search = (query: string): string => `?query=${encodeURIComponent(query)}`;
  await answersTo('queries by GET', { method: 'GET', search: search('query cop {__typename}') });
  await answersTo('mutations by GET', { method: 'GET', search: search('mutation cop {__typename}') });
  await answersTo('queries in forms', { headers: form, body: 'query=query+cop+%7B+__typename+%7D' });
  const page = await ask({ method: 'GET', headers: { accept: 'text/html' } });
  if (/graphiql|graphql.playground/i.test(page)) findings.push('an IDE');
  return findings;
}

function jsonOf(text: string): Answered | readonly Answered[] {
  try {
    return JSON.parse(text) as Answered;
  } catch {
    return {};
  }
}
