import { systemClock } from '../../src/lib/clock.ts';
import type { Chance } from '../../src/simulator/chance.ts';

/** Where a soak is played: the server as one of its clients knows it. */
export interface Scene {
  readonly url: string;
  readonly token: string;
  readonly chance: Chance;
  /** Ids of conversations that can be written in, the newest last. */
  readonly writable: readonly string[];
  /** Those that files can be sent in. */
  readonly attachable: readonly string[];
  /** Messages and links of files that were seen lately. */
  readonly seen: { readonly messages: string[]; readonly links: string[] };
  /** Runs an operation; rejects where it is not answered with data alone. */
  ask<Data>(query: string, variables?: object, token?: string): Promise<Data>;
  /** The answer to an operation as it is. */
  post(body: object, token?: string): Promise<Answer>;
}

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** How many of what was seen are remembered. */
const KEPT = 200;

/** A scene at that server, its conversations as they are now. */
export async function openScene(url: string, token: string, chance: Chance): Promise<Scene> {
  const post: Scene['post'] = async (body, as = token) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${as}` },
      body: JSON.stringify(body),
    });
    return { ...((await answer.json()) as Answer), status: answer.status };
  };
  const ask = async <Data>(query: string, variables: object = {}, as = token): Promise<Data> => {
    const { status, data, errors } = await post({ query, variables }, as);
    if (!data || errors) throw new Error(`${status} ${JSON.stringify(errors)} to ${query.slice(0, 60)}`);
    return data as Data;
  };
  const writable: string[] = [];
  const attachable: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { conversations }: Abilities = await ask(ABILITIES, { after });
    for (const { id, capabilities } of conversations.nodes) {
      if (capabilities.reply.allowed) writable.push(id);
      if (capabilities.attach.allowed) attachable.push(id);
    }
    ({ endCursor: after, hasNextPage: more } = conversations.pageInfo);
  }
  return { url, token, chance, writable, attachable, seen: { messages: [], links: [] }, ask, post };
}

const ABILITIES = `query ($after: String) {
  conversations(first: 50, after: $after) {
    nodes { id capabilities { reply { allowed } attach { allowed } } }
    pageInfo { endCursor hasNextPage }
  }
}`;

interface Abilities {
  readonly conversations: {
    readonly nodes: readonly {
      readonly id: string;
      readonly capabilities: {
        readonly reply: { allowed: boolean | null };
        readonly attach: { allowed: boolean | null };
      };
    }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

/** Remembers something that was seen, and forgets the oldest. */
export function remember(seen: string[], values: readonly string[]): void {
  seen.push(...values);
  if (seen.length > KEPT) seen.splice(0, seen.length - KEPT);
}

/** A name that nothing had before. */
export function fresh(what: string): string {
  numbered += 1;
  return `${what}-${numbered}-${Math.floor(systemClock.random() * 1e9).toString(36)}`;
}

let numbered = 0;
