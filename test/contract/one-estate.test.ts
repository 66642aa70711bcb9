import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { createSimulator as createPropertySide } from '../../src/providers/bookingcom-connectivity/simulator.ts';
import { createSimulator } from '../../src/providers/bookingcom-demand/simulator.ts';
import { createWorld } from '../../src/simulator/world.ts';

describe('one estate, seen from both sides', () => {
  it('is seen from both sides of Booking.com under the same ids, each as its own', () => {
    const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
    const world = createWorld({ seed: 7, clock });
    const [guest, property] = [createSimulator({ world, clock }), createPropertySide({ world, clock })];
    const [truth] = guest.conversations();
    const id = guest.guestWrites(truth?.externalId ?? '', 'Welcome');
    const seen = property
      .conversations()
      .flatMap(({ messages }) => messages)
      .find(({ externalId }) => externalId === id);
    expect(seen).toMatchObject({ sentBy: 'us', body: 'Welcome' });
    expect(property.conversations().map(({ externalId }) => externalId)).toEqual(
      guest.conversations().map(({ externalId }) => externalId),
    );
  });
});
