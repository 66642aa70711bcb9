import { expect, test } from 'vitest';
import { call, drain, messagesIn, openThread, pullOnce, sweep, type Visit, visit } from './connectivity-visit.ts';

const MINUTE_MS = 60_000;

/** An account with something unread in its queue, and a function that has the guest write. */
async function busy(switches: Parameters<typeof visit>[0] = {}) {
  const visited = visit({ redelivery: 0, ...switches }, { size: 3 });
  const truth = openThread(visited);
  await sweep(visited.adapter);
  const { checkpoint } = await drain(visited.adapter);
  const write = (text: string) => visited.simulator.guestWrites(truth.externalId, text);
  return { ...visited, checkpoint, write };
}

const confirms = ({ simulator }: Visit) => simulator.calls.count({ operation: 'confirm' });

test('a count-confirm that is sent twice throws away what nobody has read, and is caught', async () => {
  const account = await busy();
  account.write('Read');
  const { receipt } = await pullOnce(account.adapter, account.checkpoint);
  const unread = account.write('Not read yet');
  if (!receipt) throw new Error('there is no receipt');
  await account.adapter.confirm?.(receipt, call);
  await account.adapter.confirm?.(receipt, call);
  expect(account.simulator.queue.lost()).toEqual([unread]);
});

test('a confirm is one request, whatever becomes of it, unless its token was refused', async () => {
  for (const fault of [
    { kind: 'cut' },
    { kind: 'cut', effect: false },
    { kind: 'status', status: 503 },
    { kind: 'garbage' },
  ] as const) {
    const account = await busy();
    account.write('Hello?');
    const { receipt } = await pullOnce(account.adapter, account.checkpoint);
    const before = confirms(account);
    account.simulator.faults.next(fault, { operation: 'confirm' });
    await expect(account.adapter.confirm?.(receipt ?? { head: null }, call)).rejects.toMatchObject({ noEffect: false });
    expect(confirms(account)).toBe(before + 1);
  }
  const account = await busy();
  account.write('Hello?');
  const { receipt } = await pullOnce(account.adapter, account.checkpoint);
  account.simulator.expireTokens?.();
  await account.adapter.confirm?.(receipt ?? { head: null }, call);
  expect([account.simulator.queue.waiting, account.simulator.queue.lost()]).toEqual([0, []]);
});

test('a head that was not confirmed stays, and moves when it was', async () => {
  for (const queueOrder of ['arrival', 'shuffledWithinSecond'] as const) {
    const account = await busy({ queueOrder });
    for (const text of ['One', 'Two', 'Three']) account.write(text);
    account.clock.advance(1000);
    account.write('Four');
    const heads = [];
    for (let look = 0; look < 5; look += 1)
      heads.push((await pullOnce(account.adapter, account.checkpoint)).receipt?.head);
    expect(new Set(heads).size).toBe(1);
    const { receipt } = await pullOnce(account.adapter, account.checkpoint);
    account.simulator.faults.next({ kind: 'cut' }, { operation: 'confirm' });
    await account.adapter.confirm?.(receipt ?? { head: null }, call).catch(() => null);
    account.write('Five');
    expect(heads).not.toContain((await pullOnce(account.adapter, account.checkpoint)).receipt?.head);
  }
});

test('what a confirm of unknown fate may have thrown away is searched for, and found', async () => {
  const account = await busy({ searchReadyAfterMs: 4000, searchPageSize: 1 });
  account.write('Read');
  const { receipt, checkpoint } = await pullOnce(account.adapter, account.checkpoint);
  const unread = account.write('Thrown away by a confirm that was carried out twice on the way');
  if (!receipt) throw new Error('there is no receipt');
  account.simulator.faults.next({ kind: 'repeat' }, { operation: 'confirm' });
  await account.adapter.confirm?.(receipt, call);
  // The answer of that one is heard. Another one is not, and so there is doubt.
  account.write('Read too');
  const next = await pullOnce(account.adapter, checkpoint);
  account.simulator.faults.next({ kind: 'cut' }, { operation: 'confirm' });
  await account.adapter.confirm?.(next.receipt ?? { head: null }, call).catch(() => null);
  expect(account.simulator.queue.lost()).toEqual([unread]);

  const told: string[] = [];
  let at = next.checkpoint;
  for (let look = 0; look < 20; look += 1) {
    account.clock.advance(MINUTE_MS / 2);
    const pull = await drain(account.adapter, at);
    told.push(...messagesIn(pull.events).map(({ externalId }) => externalId));
    at = pull.checkpoint;
  }
  expect(told).toContain(unread);
  expect(account.simulator.calls.count({ operation: 'createSearch' })).toBe(1);
});

test('after an outage what was missed is found in 90 days at a time', async () => {
  for (const longSearch of ['refuse', 'clamp'] as const) {
    const account = await busy({ longSearch, queueEnabled: true });
    account.simulator.switches.queueEnabled = false;
    const missed: string[] = [];
    for (const days of [1, 100]) {
      account.clock.advance(days * 24 * 60 * MINUTE_MS);
      missed.push(account.write(`After ${days} days`));
    }
    account.clock.advance(MINUTE_MS);
    account.simulator.switches.queueEnabled = true;
    const told: string[] = [];
    let at = account.checkpoint;
    for (let look = 0; look < 12; look += 1) {
      const pull = await drain(account.adapter, at);
      told.push(...messagesIn(pull.events).map(({ externalId }) => externalId));
      at = pull.checkpoint;
      account.clock.advance(MINUTE_MS);
    }
    expect(told.slice(-2)).toEqual(missed);
  }
});

test('more than a hundred are read and confirmed in turns, each once', async () => {
  const account = await busy();
  const written = Array.from({ length: 230 }, (_, index) => {
    account.clock.advance(100);
    return account.write(`Message ${index}`);
  });
  const { events } = await drain(account.adapter, account.checkpoint);
  expect(messagesIn(events).map(({ externalId }) => externalId)).toEqual(written);
  expect([account.simulator.queue.waiting, account.simulator.queue.lost()]).toEqual([0, []]);
});

test('what was confirmed and comes again is told again under the same id', async () => {
  const account = await busy({ redelivery: 1 });
  const id = account.write('Once');
  const first = await drain(account.adapter, account.checkpoint);
  account.clock.advance(10 * MINUTE_MS);
  const second = await drain(account.adapter, first.checkpoint);
  for (const { events } of [first, second]) expect(messagesIn(events).at(-1)?.externalId).toBe(id);
});
