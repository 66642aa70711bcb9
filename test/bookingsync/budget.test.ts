import { describe, expect, it } from 'vitest';
import { deliveryOf, inboxOf, sent } from '../helpers/desk.ts';
import { desk, HOUR_MS, hint } from './bookingsync-desk.ts';
import { budgetsOf, callsByHour } from './budgets.ts';

describe('the hour’s budget of one application', () => {
  it('is what the headers say it is, and is shown on the account', async () => {
    const { t, simulator } = await desk({ rateLimit: 5000 });
    const [shown] = await budgetsOf(t);
    expect(shown?.budget?.limit).toBe(5000);
    const used = callsByHour([simulator]).at(-1) ?? 0;
    expect(5000 - (shown?.budget?.remaining ?? 0)).toBeGreaterThanOrEqual(used);
    expect(new Date(shown?.budget?.resetAt ?? 0).getTime() % HOUR_MS).toBe(0);
  });

  it('keeps its last tenth for people: looks wait for the hour to turn, a send goes out', async () => {
    const { t, simulator } = await desk({ rateLimit: 100 }, { size: 3 });
    const [conversation] = simulator.conversations();
    const externalId = conversation?.externalId ?? '';
    for (let times = 0; times < 60; times += 1) {
      simulator.guestWrites(externalId, `Word ${times}`);
      await hint({ t, simulator });
      await t.pass(2_000);
    }
    const [shown] = await budgetsOf(t);
    expect(shown?.budget?.remaining).toBeLessThanOrEqual(10);
    expect(shown?.budget?.remaining).toBeGreaterThan(5);
    const id = (await inboxOf(t)).find((one) => one.externalId === externalId)?.id ?? '';
    expect((await deliveryOf(t, await sent(t, id, 'On our way'))).state).toBe('ACCEPTED');
    expect(simulator.sent.map(({ body }) => body)).toEqual(['On our way']);
    await t.pass(HOUR_MS);
    expect((await inboxOf(t)).find((one) => one.id === id)?.messages.nodes.map(({ body }) => body)).toContain(
      'Word 59',
    );
  });
});
