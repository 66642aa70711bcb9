import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../src/domain/ids.ts';
import { claimAccount, moveStream, requestSweep, type StreamStep, syncState } from '../../src/store/leases.ts';
import { testApp } from '../helpers/app.ts';
import { type DatabaseKind, databaseKinds } from '../helpers/database.ts';

const hour = 3_600_000;

/** An account whose loops stand still, and a hand on its walk. */
async function walk(kind: DatabaseKind) {
  const t = await testApp({ kind });
  const id = (await t.connect()) as AccountId;
  await t.app.stop();
  const lease = await claimAccount(t.db, id, { owner: 'test', leaseMs: hour });
  if (!lease) throw new Error('the account is held');
  const now = t.clock.now();
  const at = (ms: number) => new Date(now.getTime() + ms);
  const step = (ended: boolean, ms: number) => {
    const checkpoint = ended ? null : { page: ms };
    const move: StreamStep = { stream: 'sweep', checkpoint, ended, askedAgain: at(-5 * hour) };
    return t.db.transaction((tx) => moveStream(tx, lease, move, at(ms)));
  };
  return { at, step, request: (ms: number) => requestSweep(t.db, lease, at(ms)), state: () => syncState(t.db, id) };
}

describe.each(databaseKinds)('a walk over everything (%s)', (kind) => {
  it('is due as asked for, and never later than it was', async () => {
    const { at, step, request, state } = await walk(kind);
    await step(true, 0);
    await request(-hour);
    expect((await state()).sweptAt).toEqual(at(-hour));
    await request(-3 * hour);
    await request(-2 * hour);
    expect((await state()).sweptAt).toEqual(at(-3 * hour));
  });

  it('goes on when another is asked for, and that one follows after it', async () => {
    const { at, step, request, state } = await walk(kind);
    await step(true, 0);
    await step(false, 1000);
    await request(0);
    await step(false, 2000);
    expect(await state()).toMatchObject({ sweepCheckpoint: { page: 2000 }, sweepStartedAt: at(1000) });
    await step(true, 3000);
    expect(await state()).toMatchObject({ sweepCheckpoint: null, sweepStartedAt: null, sweptAt: at(-5 * hour) });
    await step(false, 4000);
    await step(true, 5000);
    expect((await state()).sweptAt).toEqual(at(5000));
  });
});
