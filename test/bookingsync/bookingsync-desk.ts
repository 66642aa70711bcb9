import type { BookingsyncSimulator } from '../../src/providers/bookingsync/simulator.ts';
import type { BookingsyncSwitches } from '../../src/providers/bookingsync/simulator-switches.ts';
import { type TestApp, type TestAppOptions, testApp } from '../helpers/app.ts';

export const provider = 'bookingsync';
export const PULL_MS = 180_000;
export const HOUR_MS = 3_600_000;

export interface Desk {
  readonly t: TestApp;
  readonly simulator: BookingsyncSimulator;
  readonly accountId: string;
}

/** A system with one connected BookingSync account. */
export async function desk(
  switches: Partial<BookingsyncSwitches> = {},
  options: Omit<TestAppOptions, 'provider' | 'switches'> = {},
): Promise<Desk> {
  const t = await testApp({ provider, switches, ...options });
  const simulator = t.simulator() as BookingsyncSimulator;
  return { t, simulator, accountId: await t.connect() };
}

/** One signed delivery to our endpoint, taken in. */
export async function hint(
  { t, simulator }: Pick<Desk, 't' | 'simulator'>,
  news?: Parameters<BookingsyncSimulator['webhook']>[0],
): Promise<number> {
  const delivery = simulator.webhook(news);
  if (!delivery) throw new Error('there is nothing to tell of');
  const { status } = await t.app.fetch(
    new Request(`http://parley.test/webhooks/${provider}`, { method: 'POST', ...delivery }),
  );
  await t.settle();
  return status;
}
