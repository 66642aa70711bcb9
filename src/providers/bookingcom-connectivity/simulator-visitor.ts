import { createManualClock, type ManualClock } from '../../lib/clock.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { type ConnectivitySimulator, createSimulator } from './simulator.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';

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
  readonly simulator: ConnectivitySimulator;
  /** Posts to the token exchange; absent body: the right one. */
  token(body?: unknown): Promise<Answer>;
  /** `GET /messages/latest`, say, with a token that was fetched once. Absent `version`: 1.2. */
  ask(
    request: string,
    body?: unknown,
    options?: { readonly version?: string | null; readonly token?: string },
  ): Promise<Answer>;
  /** The address of a thread's own requests. */
  pathOf(conversation: { readonly externalId: string; readonly propertyExternalId: string | null }): string;
}

/** `size` 0 (absent): an estate without bookings. */
export function visit(switches: Partial<ConnectivitySwitches> = {}, size = 0): Visit {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size, platforms: ['Booking.com'] });
  const simulator = createSimulator({ world, clock, switches });
  const call = async (url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await simulator.fetch(url, { method, headers: { ...type, ...headers }, ...sent });
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  };
  const form = { client_id: simulator.credentials['clientId'], client_secret: simulator.credentials['clientSecret'] };
  const exchange = `${simulator.baseUrls[1]}/token-based-authentication/exchange`;
  const token = (body: unknown = form) => call(exchange, 'POST', body, {});
  let kept: Promise<string> | null = null;
  let keptUntil = 0;
  return {
    clock,
    world,
    simulator,
    token,
    async ask(request, body, options = {}) {
      if (keptUntil <= clock.now().getTime()) {
        kept = null;
        keptUntil = clock.now().getTime() + 3_600_000;
      }
      kept ??= token().then((answer) => answer.body.jwt);
      const [method = 'GET', path = ''] = request.split(' ');
      const { version = '1.2' } = options;
      const headers = {
        authorization: `Bearer ${options.token ?? (await kept)}`,
        ...(version === null ? {} : { 'accept-version': version }),
      };
      return await call(`${simulator.baseUrl}${path}`, method, body, headers);
    },
    pathOf: ({ externalId, propertyExternalId }) => `/properties/${propertyExternalId}/conversations/${externalId}`,
  };
}
