import { describe, expect, it } from 'vitest';
import { brand, type ExternalMessageId } from '../../src/domain/ids.ts';
import type { ConversationKey } from '../../src/providers/contract.ts';
import { type Bench, callOf, openBench, type Subject } from './bench.ts';
import { keysOf, valueIn } from './walking.ts';

/** What our side notes of a conversation at its provider. */
export function describeMarks(subject: Subject): void {
  /** A conversation of now in which the other side wrote four times. */
  const open = async () => {
    const bench = openBench(subject, { size: 0 });
    const { simulator, adapter } = bench;
    const truths = [simulator.addConversation(), simulator.addConversation()];
    const ids = [1, 2, 3, 4].map((count) => simulator.guestWrites(truths[0]?.externalId ?? '', `Hello ${count}`));
    simulator.guestWrites(truths[1]?.externalId ?? '', 'Somebody else');
    const [key, other] = await keysOf(bench);
    if (!key || !other) throw new Error('the conversations were not found');
    const readIn = async (conversation: ConversationKey): Promise<readonly (boolean | null)[]> => {
      const [slot] = await adapter.messages([{ conversation, older: null }], callOf());
      return valueIn(slot).items.map(({ read }) => read);
    };
    const inTruth = () => simulator.conversations().map((one) => one.messages.map(({ read }) => read));
    const told = async () => valueIn((await adapter.conversations([key], callOf()))[0]);
    const mark = (messages: readonly string[]) =>
      adapter.markRead?.(
        key,
        messages.map((id) => brand<ExternalMessageId>(id)),
        callOf(),
      );
    simulator.calls.reset();
    return { ...bench, key, other, ids, readIn, inTruth, told, mark };
  };

  if (subject.methods.has('markRead') && subject.traits.readMarks === 'conversations') {
    describe('marks as read', () => {
      const readTo = async ({ adapter }: Pick<Bench, 'adapter'>, key: ConversationKey): Promise<number> =>
        valueIn((await adapter.conversations([key], callOf()))[0]).readUpTo?.getTime() ?? 0;

      it('a conversation up to now, again without harm, and no other', async () => {
        const { adapter, clock, key, other, ids, mark } = await open();
        const before = await readTo({ adapter }, other);
        for (let times = 0; times < 2; times += 1) {
          clock.advance(60_000);
          await mark(ids.slice(0, 2));
          expect(await readTo({ adapter }, key)).toBe(Math.floor(clock.now().getTime() / 1000) * 1000);
        }
        expect(await readTo({ adapter }, other)).toBe(before);
      });

      it('as the first thing that it is asked, of a conversation known by its address alone', async () => {
        const { adapter, connect, clock, key, ids } = await open();
        clock.advance(60_000);
        await connect().markRead?.(
          { ...key, externalId: null },
          ids.map((id) => brand<ExternalMessageId>(id)),
          callOf(),
        );
        expect(await readTo({ adapter }, key)).toBe(Math.floor(clock.now().getTime() / 1000) * 1000);
      });

      it('nothing, without asking anybody, where nothing is named', async () => {
        const { mark, simulator } = await open();
        await mark([]);
        expect(simulator.calls.count()).toBe(0);
      });
    });
  }

  if (subject.methods.has('markRead') && subject.traits.readMarks === 'messages') {
    describe('marks as read', () => {
      it('the messages that are named, and no others', async () => {
        const { ids, mark, inTruth, readIn, key, other } = await open();
        await mark(ids.slice(0, 2));
        expect(inTruth()).toEqual([[true, true, false, false], [false]]);
        expect([await readIn(key), await readIn(other)]).toEqual(inTruth());
      });

      it('again without harm, and those that are read already', async () => {
        const { ids, mark, inTruth } = await open();
        await mark(ids);
        await mark(ids);
        await mark([ids[0] ?? '']);
        expect(inTruth()[0]).toEqual([true, true, true, true]);
      });

      it('many at once', async () => {
        const { simulator, key, mark, inTruth } = await open();
        const many = Array.from({ length: 120 }, (_, index) =>
          simulator.guestWrites(key.externalId ?? '', `Message ${index}`),
        );
        await mark(many);
        expect(inTruth()[0]?.filter((read) => read)).toHaveLength(120);
      });

      it('nothing, without asking anybody, where nothing is named', async () => {
        const { mark, simulator } = await open();
        await mark([]);
        expect(simulator.calls.count()).toBe(0);
      });

      it('as the first thing that it is asked, of a conversation known by its address alone', async () => {
        const { connect, key, ids, inTruth } = await open();
        const messages = ids.map((id) => brand<ExternalMessageId>(id));
        await connect().markRead?.({ ...key, externalId: null }, messages, callOf());
        expect(inTruth()[0]).toEqual([true, true, true, true]);
      });
    });
  }

  if (subject.methods.has('setNoReplyNeeded')) {
    describe('notes that no reply is needed', () => {
      it('and that one is, and tells which', async () => {
        const { adapter, key, simulator, told } = await open();
        const inTruth = () => simulator.stateOf?.(key.externalId ?? '').noReplyNeeded;
        for (const value of [true, true, false, false, true]) {
          await adapter.setNoReplyNeeded?.(key, value, callOf());
          expect(inTruth()).toBe(value);
          expect((await told()).noReplyNeeded).toBe(value);
        }
      });

      it('in that conversation alone', async () => {
        const { adapter, key, other, simulator } = await open();
        await adapter.setNoReplyNeeded?.(key, true, callOf());
        expect(simulator.stateOf?.(other.externalId ?? '').noReplyNeeded).toBe(false);
      });
    });
  }

  if (subject.methods.has('setClosed')) {
    describe('closes', () => {
      it('a conversation and opens it again, and tells since when', async () => {
        const { adapter, key, told } = await open();
        for (const closed of [true, true, false, true]) {
          await adapter.setClosed?.(key, closed, callOf());
          expect((await told()).closedAt !== null).toBe(closed);
        }
      });
    });
  }
}
