import { createManualClock, type ManualClock } from '../../lib/clock.ts';
import type { ProviderSimulator } from '../../simulator/contract.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { createSimulator } from './simulator.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

/** An answer as the tests read it: no shape is taken for granted. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they are about.
  readonly body: any;
}

/** A simulator, its clock and world, and the barest of callers, for the simulator's own tests. */
export interface Visit {
  readonly clock: ManualClock;
  readonly world: World;
  readonly simulator: ProviderSimulator<LavandaSwitches>;
  /** Posts to the token endpoint; absent body: the right one. */
  token(body?: unknown): Promise<Answer>;
  /** Asks with a token that was fetched once, or the one given. */
  ask(
    query: string,
    variables?: object,
    options?: { readonly token?: string; readonly init?: RequestInit },
  ): Promise<Answer>;
}

/** `size` 0 (absent): an estate without bookings. */
export function visit(switches: Partial<LavandaSwitches> = {}, size = 0): Visit {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size });
  const simulator = createSimulator({ world, clock, switches });
  const post = async (path: string, body: unknown, init: RequestInit = {}): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', ...Object.fromEntries(new Headers(init.headers)) };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await simulator.fetch(`${simulator.baseUrl}${path}`, {
      ...init,
      method: 'POST',
      headers,
      body: text,
    });
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  };
  const { clientId, clientSecret } = simulator.credentials;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const token = (body: unknown = form) => post('/v1/oauth2/token', body);
  let kept: Promise<string> | null = null;
  return {
    clock,
    world,
    simulator,
    token,
    async ask(query, variables = {}, options = {}) {
      kept ??= token().then((answer) => answer.body.access_token);
      const headers = {
        authorization: `Bearer ${options.token ?? (await kept)}`,
        ...Object.fromEntries(new Headers(options.init?.headers)),
      };
      return await post('/v1', { query, variables }, { ...options.init, headers });
    },
  };
}

/** Reads a booking's messages, a page of the documented shape. */
export const threadQuery = `query Conv($id: ID!, $n: Int, $c: String) {
  bookings { booking(bookingId: $id) { id conversationId converation {
    id participant { id name email }
    messages(first: $n, after: $c) {
      edges { cursor node { id body automated channel sentAt sentBy read urgent priority snoozeUntil } }
      pageInfo { hasNextPage endCursor }
    }
  } } }
}`;

/** Sends as the docs print it. */
export const sendMutation = `mutation Send($c: ID, $b: String) {
  conversations { sendMessage(conversationId: $c, body: $b, sentBy: us) { id } }
}`;
