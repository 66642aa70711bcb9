import { createManualClock, type ManualClock } from '../../lib/clock.ts';
import type { World } from '../../simulator/world.ts';
import { createWorld } from '../../simulator/world.ts';
import { createSimulator, type DemandSimulator } from './simulator.ts';
import type { DemandSwitches } from './simulator-switches.ts';

/** An answer as the tests read it: no shape is taken for granted. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they are about.
  readonly body: any;
}

/** A simulator, its clock and world, and the barest of callers, for the simulator's own tests. */
export interface Visit {
  readonly clock: ManualClock;
  readonly world: World;
  readonly simulator: DemandSimulator;
  /** Posts to a path such as `latest`, below `/messages/`. Absent `version`: 3.2. */
  post(
    path: string,
    body?: unknown,
    options?: { readonly version?: string; readonly init?: RequestInit },
  ): Promise<Answer>;
}

/** `size` 0 (absent): an estate without bookings. */
export function visit(switches: Partial<DemandSwitches> = {}, size = 0): Visit {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size, platforms: ['Booking.com'] });
  const simulator = createSimulator({ world, clock, switches });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${simulator.credentials['token']}`,
    'x-affiliate-id': String(simulator.credentials['affiliateId']),
  };
  return {
    clock,
    world,
    simulator,
    async post(path, body, { version = '3.2', init = {} } = {}) {
      const url = `https://demandapi.booking.com/${version}/messages/${path}`;
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      const sent = text === undefined ? {} : { body: text };
      const response = await simulator.fetch(url, { method: 'POST', headers, ...sent, ...init });
      return { status: response.status, body: JSON.parse(await response.text()) };
    },
  };
}
