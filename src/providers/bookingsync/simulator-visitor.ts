import { createManualClock, type ManualClock } from '../../lib/clock.ts';
import type { ConversationTruth } from '../../simulator/contract.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { type BookingsyncSimulator, createSimulator } from './simulator.ts';
import type { SimulatedApplication } from './simulator-application.ts';
import type { BookingsyncSwitches } from './simulator-switches.ts';

/** An answer as the tests read it: no shape is taken for granted. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they are about.
  readonly body: any;
}

/** A simulator, its clock and world, and the barest of callers, for the simulator's own tests. */
export interface Visit {
  readonly clock: ManualClock;
  readonly world: World;
  readonly simulator: BookingsyncSimulator;
  /** `GET /inbox/messages?page=2`, say, with the token of the credentials or the one given. */
  ask(request: string, body?: unknown, token?: string): Promise<Answer>;
  /** Posts a form to the token endpoint: id and secret, redirect URI, and what is given. */
  token(form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** What a good message into a conversation says: its Host, its channel, now. */
  letter(conversation: ConversationTruth, content?: string): Record<string, unknown>;
}

export interface VisitOptions {
  /** Conversations in the world. Absent: none. */
  readonly size?: number;
  readonly account?: string;
  readonly application?: (clock: ManualClock) => SimulatedApplication;
  /** Absent: one of its own. */
  readonly clock?: ManualClock;
}

/** Opens an account in a world of its own. */
export function visit(switches: Partial<BookingsyncSwitches> = {}, options: VisitOptions = {}): Visit {
  const clock = options.clock ?? createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size: options.size ?? 0 });
  const { account = 'demo', application } = options;
  const simulator = createSimulator({
    ...{ world, clock, switches, account },
    ...(application ? { application: application(clock) } : {}),
  });
  const call = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await simulator.fetch(url, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  const { clientId, clientSecret, redirectUri, accessToken } = simulator.credentials as Record<string, string>;
  return {
    ...{ clock, world, simulator },
    async ask(request, body, token = accessToken ?? '') {
      const [method = 'GET', path = ''] = request.split(' ');
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.api+json' };
      return await call(`${simulator.baseUrl}/api/v3${path}`, { method, headers, ...sent });
    },
    async token(form, headers = {}) {
      const base = { client_id: clientId ?? '', client_secret: clientSecret ?? '', redirect_uri: redirectUri ?? '' };
      const body = new URLSearchParams({ ...base, ...form });
      return await call(`${simulator.baseUrl}/oauth/token`, { method: 'POST', headers, body });
    },
    letter(conversation, content = 'Yes, there is.') {
      const host = simulator.participantsOf(conversation.externalId).find(({ memberType }) => memberType === 'Host');
      return {
        ...{ conversation_id: Number(conversation.externalId), sender_id: Number(host?.externalId), content },
        ...{ origin: 'bookingsync_inbox', channel: 'email', visibility: 'external', attachment_ids: [] },
        sent_at: clock.now().toISOString().replace(/\.\d+/, ''),
      };
    },
  };
}
