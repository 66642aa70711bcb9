import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import type { Checkpoint, ProviderAdapter, Receipt } from '../../src/providers/contract.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { type Bench, callOf, type Subject, until } from './bench.ts';
import { caughtUp, eventsOf } from './pulling.ts';
import { noTrouble, troubles } from './trouble.ts';
import { draining, hear, pulling, stored, walk } from './walking.ts';

/** Telling the provider that what its feed gave is safe. */
export function describeConfirming(subject: Subject): void {
  if (!subject.methods.has('confirm')) return;

  /** An account with some unconfirmed messages in its feed, of several seconds. */
  const busy = async (count = 3) => {
    const account = await caughtUp(subject);
    const { simulator, clock, adapter, checkpoint } = account;
    const ids = simulator.conversations().map(({ externalId }) => externalId);
    let said = 0;
    const write = (number: number): readonly string[] =>
      Array.from({ length: number }, () => {
        clock.advance(1000);
        said += 1;
        return simulator.guestWrites(ids[said % ids.length] ?? '', `Word ${said}`);
      });
    const written = write(count);
    // What waits now: nothing of it is confirmed by looking.
    const waiting = async (): Promise<readonly string[]> => {
      const { events } = await pulling(adapter)(checkpoint);
      return [...hear(events).messages.values()].flat().map(({ externalId }) => String(externalId));
    };
    const head = async () => (await pulling(adapter)(checkpoint)).receipt?.head;
    return { ...account, write, written, waiting, head, receipt: () => receiptOf(adapter, checkpoint) };
  };

  describe('confirms what it pulled', () => {
    it('so that it is told no more, and nothing is left to be confirmed', async () => {
      const { adapter, waiting, written, receipt, checkpoint } = await busy();
      expect((await waiting()).toSorted()).toEqual(written.toSorted());
      await adapter.confirm?.(await receipt(), callOf());
      expect(await waiting()).toEqual([]);
      expect((await pulling(adapter)(checkpoint)).receipt).toBeNull();
    });

    it('of both sides and blank ones too, which would clog the feed for ever', async () => {
      const { adapter, writeAll, checkpoint } = await caughtUp(subject);
      await writeAll();
      const { receipt, events } = await pulling(adapter)(checkpoint);
      expect(events.length).toBeGreaterThan(0);
      if (receipt) await adapter.confirm?.(stored(receipt), callOf());
      expect(await pulling(adapter)(checkpoint)).toMatchObject({ events: [], receipt: null });
    });

    it('and exactly that: what arrived between pull and confirm is told by the next pull, all of it', async () => {
      const { adapter, write, waiting, receipt } = await busy(7);
      const first = await receipt();
      const later = write(9);
      await adapter.confirm?.(first, callOf());
      expect((await waiting()).toSorted()).toEqual(later.toSorted());
    });

    it('and exactly that of more than the feed shows at once', async () => {
      const { adapter, write, checkpoint } = await busy(230);
      const told: string[] = [];
      let later = 0;
      const steps = await walk(async (from) => {
        const pull = await pulling(adapter)(from);
        told.push(...[...hear(pull.events).messages.values()].flat().map(({ externalId }) => String(externalId)));
        if (later < 8) later += write(2).length;
        if (pull.receipt) await adapter.confirm?.(stored(pull.receipt), callOf());
        return pull;
      }, checkpoint);
      expect(steps.length).toBeGreaterThan(2);
      const rest = hear(eventsOf(await walk(draining(adapter), steps.at(-1)?.pull.checkpoint ?? null)));
      told.push(...[...rest.messages.values()].flat().map(({ externalId }) => String(externalId)));
      expect(told).toHaveLength(230 + later);
      expect(new Set(told).size).toBe(told.length);
    });

    it('in one request, another process as well', async () => {
      const { connect, simulator, receipt, waiting } = await busy();
      const other = connect();
      // Sees to whatever is learned first.
      await pulling(other)(null);
      const kept = await receipt();
      simulator.calls.reset();
      await other.confirm?.(kept, callOf());
      expect(simulator.calls.count()).toBe(1);
      expect(await waiting()).toEqual([]);
    });

    it('and no more than was seen, where a page held things twice or turned around', async () => {
      for (const order of ['twice', 'reversed'] as const) {
        const { adapter, simulator, write, waiting, receipt } = await busy(5);
        const stop = simulator.faults.always({ kind: 'items', order });
        const first = await receipt();
        stop();
        const later = write(5);
        await adapter.confirm?.(first, callOf());
        expect((await waiting()).toSorted()).toEqual(later.toSorted());
      }
    });

    it('and nothing by a receipt that was never given', async () => {
      const { adapter, written, waiting } = await busy();
      const made = [{ head: null }, { head: 'x', count: 'all' }, { head: '', messages: 'all', count: -1 }];
      for (const receipt of made) {
        const failure = await adapter.confirm?.(receipt as Receipt, callOf()).catch((error: unknown) => error);
        if (failure !== undefined) expect(failure).toBeInstanceOf(ProviderError);
        expect((await waiting()).toSorted()).toEqual(written.toSorted());
      }
    });
  });

  describe('names the head of what is to be confirmed', () => {
    it('the same in every read as long as nothing was confirmed, whatever arrives', async () => {
      const { head, write, clock } = await busy();
      const first = await head();
      expect(first).not.toBeUndefined();
      for (let look = 0; look < 5; look += 1) {
        expect(await head()).toEqual(first);
        write(look);
        clock.advance(60_000);
      }
    });

    it('the same although more arrives in the very moment', async () => {
      const { simulator, head, adapter, checkpoint } = await caughtUpAndHeaded();
      const first = await head();
      const [conversation] = simulator.conversations();
      for (let index = 0; index < 20; index += 1) {
        simulator.guestWrites(conversation?.externalId ?? '', `At once ${index}`);
        expect((await pulling(adapter)(checkpoint)).receipt?.head).toEqual(first);
      }
    });

    it('the same in another process', async () => {
      const { head, connect, checkpoint } = await busy();
      for (const from of [checkpoint, null]) {
        expect((await pulling(connect())(from)).receipt?.head).toEqual(await head());
      }
    });

    it('another after a confirm, also where that was not answered', async () => {
      for (const fault of [noTrouble, { kind: 'cut' } as const]) {
        const { adapter, simulator, head, write, receipt } = await busy();
        const first = await head();
        const given = await receipt();
        simulator.faults.next(fault);
        await adapter.confirm?.(given, callOf()).catch(() => undefined);
        write(3);
        expect(await head()).not.toEqual(first);
      }
    });

    it('and still the same after a confirm that did nothing', async () => {
      const { adapter, simulator, head, receipt } = await busy();
      const first = await head();
      const given = await receipt();
      simulator.faults.next({ kind: 'cut', effect: false });
      await adapter.confirm?.(given, callOf()).catch(() => undefined);
      expect(await head()).toEqual(first);
    });
  });

  describe('says what is known of a confirm', () => {
    for (const { title, fault, kind, harmless } of troubles) {
      it(`where ${title}: ${harmless ? 'that nothing was done' : 'never that nothing was, when it may have been'}`, async () => {
        const account = await busy();
        const { simulator, written, waiting, receipt } = account;
        const given = await receipt();
        simulator.calls.reset();
        const stop = fault.kind === 'hang' ? undefined : simulator.faults.always(fault);
        const failure = await confirmPast(account, given, fault);
        stop?.();
        await until(() => simulator.calls.count() > 0);
        const requests = simulator.calls.count();
        const left = await waiting();
        if (failure === undefined) expect(left).toEqual([]);
        else {
          expect(failure).toBeInstanceOf(ProviderError);
          expect(failure).toMatchObject({ kind, noEffect: harmless });
        }
        if (harmless) expect(left.toSorted()).toEqual(written.toSorted());
        // Tried once: by count from the head, a second one throws away what nobody has seen. A new token may be taken for it.
        const mended = fault.kind === 'status' && fault.status === 401;
        if (!mended) expect(requests).toBe(1);
      });
    }

    it('and what arrived meanwhile is never lost by a confirm of unknown fate', async () => {
      const unsure = troubles.filter(({ harmless, fault }) => !harmless && fault.kind !== 'hang');
      for (const { fault } of unsure) {
        const { adapter, simulator, write, waiting, receipt } = await busy();
        const given = await receipt();
        const later = write(5);
        simulator.faults.next(fault);
        await adapter.confirm?.(given, callOf()).catch(() => undefined);
        expect(await waiting()).toEqual(expect.arrayContaining([...later]));
      }
    });

    it('nothing was done, for a caller who has gone', async () => {
      const { adapter, simulator, receipt, waiting, written } = await busy();
      const given = await receipt();
      simulator.calls.reset();
      const failure = await adapter.confirm?.(given, callOf(AbortSignal.abort())).catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'timeout', noEffect: true });
      expect(simulator.calls.count()).toBe(0);
      expect((await waiting()).toSorted()).toEqual(written.toSorted());
    });
  });

  const caughtUpAndHeaded = async () => {
    const account = await caughtUp(subject);
    const [conversation] = account.simulator.conversations();
    account.simulator.guestWrites(conversation?.externalId ?? '', 'The first');
    const head = async () => (await pulling(account.adapter)(account.checkpoint)).receipt?.head;
    return { ...account, head };
  };
}

async function receiptOf(adapter: ProviderAdapter, from: Checkpoint | null): Promise<Receipt> {
  const { receipt } = await pulling(adapter)(from);
  if (!receipt) throw new Error('there is nothing to confirm');
  return stored(receipt);
}

/** Confirms, and gives up where that is the only way on: once the request has been met by the trouble. */
async function confirmPast(
  { adapter, simulator }: Pick<Bench, 'adapter' | 'simulator'>,
  receipt: Receipt,
  fault: Fault,
): Promise<unknown> {
  const given = new AbortController();
  if (fault.kind === 'hang') simulator.faults.next(fault);
  const work = adapter.confirm?.(receipt, callOf(given.signal)).catch((error: unknown) => error);
  if (fault.kind === 'hang') {
    await until(() => simulator.faults.pending === 0);
    given.abort();
  }
  return work;
}
