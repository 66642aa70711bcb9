import { describe, expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { PeopleDocument, SetRetentionDocument } from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { dumpOf, eventsOfPerson, foundIn, markersOf, messageOf } from './markers.ts';
import { threadWith, twoPeople } from './people-desk.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

async function keep(t: TestApp, days: number | null, token = t.token) {
  return (await t.gql(SetRetentionDocument, { days }, token)).data.setRetention;
}

/** A day passes so many times, with everything done that fell due. */
async function daysPass(t: TestApp, days: number): Promise<void> {
  await t.clock.pass(days * DAY);
  await t.pass(2 * HOUR);
}

describe.each(databaseKinds)('what people wrote (%s)', (kind) => {
  it('goes when it is as old as its tenant keeps it, with who they were, and not before', async () => {
    const { t } = await twoPeople({ kind });
    await t.app.stop();
    const app = t.another();
    app.start();
    await keep(t, 30);
    await t.clock.pass(29 * DAY);
    await app.settle();
    expect(foundIn(await dumpOf(t.db), markersOf('ann')).length).toBeGreaterThan(10);
    await t.clock.pass(DAY + 2 * HOUR);
    await app.settle();
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).toEqual([]);
    const { messages, participant, unreadCount } = await threadWith(t, 'ann');
    expect(messages.nodes.map((one) => one.erased)).toEqual([true, true]);
    expect(participant).toMatchObject({ name: null, email: null });
    expect(unreadCount).toBe(0);
  });

  it('stays away when it is told again, and they have a name again as soon as they write', async () => {
    const { t, at, tell } = await twoPeople({ kind });
    t.app.start();
    await keep(t, 30);
    await daysPass(t, 31);
    await tell(eventsOfPerson('ann', at).filter((event) => event.type !== 'unreadable'));
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).toEqual([]);
    const message = messageOf('new of ann', t.clock.now(), { body: 'Hello again' });
    const again = { type: 'message', conversation: brand<never>('thread of ann'), address: null, message } as const;
    await tell([...eventsOfPerson('ann', at).filter((event) => event.type === 'conversation'), again]);
    const { participant, messages } = await threadWith(t, 'ann');
    expect(participant?.name).toBe(markersOf('ann').name);
    expect(messages.nodes.map((one) => one.body)).toEqual(['Hello again', null, null]);
  });

  it('of one conversation goes, while what is young, and who wrote it, stays', async () => {
    const { t, tell } = await twoPeople({ kind });
    t.app.start();
    await keep(t, 30);
    await t.clock.pass(20 * DAY);
    const message = messageOf('later of ann', t.clock.now(), { body: 'Still here' });
    await tell([{ type: 'message', conversation: brand('thread of ann'), address: null, message }]);
    await daysPass(t, 11);
    const { messages, participant } = await threadWith(t, 'ann');
    expect(messages.nodes.map((one) => one.body)).toEqual(['Still here', null, null]);
    expect(participant?.name).toBe(markersOf('ann').name);
  });
});

describe('what is past keeping', () => {
  it('goes as well where it could not be read, and nothing else falls due', async () => {
    const { t, tell } = await twoPeople();
    t.app.start();
    await keep(t, 30);
    await daysPass(t, 31);
    await tell([{ type: 'unreadable', reason: 'no time', raw: { said: 'unread-marker' } }]);
    expect(await dumpOf(t.db)).toContain('unread-marker');
    await daysPass(t, 31);
    expect(await dumpOf(t.db)).not.toContain('unread-marker');
  });

  it('does not get its files back when it is told again and messages are kept longer', async () => {
    const { t, at, tell } = await twoPeople();
    t.app.start();
    await keep(t, 30);
    await daysPass(t, 31);
    await keep(t, null);
    await tell(eventsOfPerson('ann', at));
    const { messages } = await threadWith(t, 'ann');
    expect(messages.nodes.map((one) => [one.erased, one.attachments])).toEqual([
      [true, []],
      [true, []],
    ]);
    expect(await dumpOf(t.db)).not.toContain(markersOf('ann').fileName);
  });
});

describe('how long messages are kept', () => {
  it('is for ever unless it is said otherwise, and can be said again', async () => {
    const { t } = await twoPeople();
    t.app.start();
    const days = async () => (await t.gql(PeopleDocument)).data.viewer.tenant.retentionDays;
    expect(await days()).toBeNull();
    expect(await keep(t, 30)).toMatchObject({ tenant: { retentionDays: 30 }, errors: [] });
    expect(await days()).toBe(30);
    expect(await keep(t, null)).toMatchObject({ tenant: { retentionDays: null }, errors: [] });
    const before = foundIn(await dumpOf(t.db), markersOf('ann'));
    await daysPass(t, 400);
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).toEqual(before);
  });

  it('brings nothing back when it is made longer', async () => {
    const { t, at, tell } = await twoPeople();
    t.app.start();
    await keep(t, 30);
    await daysPass(t, 31);
    await keep(t, null);
    await tell(eventsOfPerson('ann', at));
    const { messages } = await threadWith(t, 'ann');
    expect(messages.nodes.map((one) => one.body)).toEqual([null, null]);
  });

  it.each([0, -1, 36_501])('is not %s days: that is refused, and changes nothing', async (days) => {
    const { t } = await twoPeople();
    await keep(t, 30);
    expect(await keep(t, days)).toMatchObject({ tenant: null, errors: [{ code: 'INVALID', path: ['days'] }] });
    expect((await t.gql(PeopleDocument)).data.viewer.tenant.retentionDays).toBe(30);
  });

  it('is each tenant’s own, and needs a scope of its own', async () => {
    const { t } = await twoPeople();
    const rival = await t.tokenFor('rival');
    await keep(t, 1, rival);
    expect((await t.gql(PeopleDocument)).data.viewer.tenant.retentionDays).toBeNull();
    const clerk = await t.tokenFor('acme', ['messages:read', 'messages:send']);
    const { errors } = await t.gql(SetRetentionDocument, { days: 1 }, clerk);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
