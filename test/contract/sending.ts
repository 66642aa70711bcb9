import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import { brand } from '../../src/domain/ids.ts';
import type { SendOutcome } from '../../src/providers/contract.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { callOf, type Subject, until } from './bench.ts';
import { messageIn, noTrouble, openScene, type Scene, sameAgain, troubles } from './trouble.ts';
import { valueIn } from './walking.ts';

const text = 'Bonjour “Mara” \\ 你好 👋🏽\nline\t2 {"a": $b} & <i>é</i>';

/** One attempt to deliver. */
export function describeSending(subject: Subject): void {
  const { module } = subject;

  describe('sends once', () => {
    it('and names the message that went out, word for word, into its conversation', async () => {
      const { scene, outcome } = await sent(subject);
      const { sent: taken, calls } = scene.bench.simulator;
      expect(taken.map(({ body }) => body)).toEqual([text]);
      expect(taken[0]?.conversationExternalId).toBe(scene.keys[0]?.externalId);
      if (outcome.kind !== 'accepted') throw outcome.error;
      expect(outcome.id ?? taken[0]?.messageExternalId).toBe(taken[0]?.messageExternalId);
      expect(Math.abs(outcome.at.getTime() - scene.bench.clock.now().getTime())).toBeLessThan(1000);
      expect(calls.count()).toBe(1);
    });

    it('and is then seen in the thread, under the same id, as ours', async () => {
      const { scene } = await sent(subject);
      const { adapter, simulator } = scene.bench;
      const [slot] = await adapter.messages(
        scene.keys.slice(0, 1).map((conversation) => ({ conversation, older: null })),
        callOf(),
      );
      const echo = valueIn(slot).items.at(-1);
      expect(echo).toMatchObject({ externalId: simulator.sent[0]?.messageExternalId, sentBy: 'us', body: text });
    });

    it('each time it is asked: the same words twice are two messages', async () => {
      const { scene } = await sent(subject);
      const again = await scene.bench.adapter.send(messageIn(scene, text), callOf());
      expect(again.kind).toBe('accepted');
      expect(scene.bench.simulator.sent.map(({ body }) => body)).toEqual([text, text]);
    });

    it('also to a conversation that is known by its address alone', async () => {
      const scene = await openScene(subject);
      const { conversation, ...rest } = messageIn(scene, text);
      const bare = { ...rest, conversation: { ...conversation, externalId: null } };
      expect((await scene.bench.adapter.send(bare, callOf())).kind).toBe('accepted');
      expect(scene.bench.simulator.sent.map((one) => one.conversationExternalId)).toEqual([conversation.externalId]);
    });

    it('also as the first thing that an adapter is asked', async () => {
      const scene = await openScene(subject);
      expect((await scene.bench.connect().send(messageIn(scene, text), callOf())).kind).toBe('accepted');
      expect(scene.bench.simulator.sent).toHaveLength(1);
    });

    it('and nowhere, where there is no such conversation', async () => {
      const scene = await openScene(subject);
      const conversation = { externalId: brand<never>('no such conversation'), address: {} };
      const outcome = await scene.bench.adapter.send({ ...messageIn(scene, text), conversation }, callOf());
      expect(outcome.kind).not.toBe('accepted');
      expect(scene.bench.simulator.sent).toEqual([]);
    });

    if (module.limits.attachments === null) {
      it('and refuses files, which it cannot send, with all that came beside them', async () => {
        const scene = await openScene(subject);
        const message = { ...messageIn(scene, text), attachments: [brand<never>('file')] };
        const outcome = await scene.bench.adapter.send(message, callOf());
        expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'invalid', noEffect: true } });
        expect(scene.bench.simulator.calls.count()).toBe(0);
      });
    }
  });

  describe('says what is known of a send', () => {
    for (const { title, fault, kind, harmless, retryAfter } of troubles) {
      const verdict = harmless ? 'rejected' : 'unknown';
      it(`${verdict}, where ${title}`, async () => {
        const { scene, outcome } = await sent(subject, fault);
        const { sent: taken, clock } = { ...scene.bench.simulator, clock: scene.bench.clock };
        if (outcome.kind === 'accepted') throw new Error('it was said to be out');
        expect(outcome.error).toBeInstanceOf(ProviderError);
        expect([outcome.kind, outcome.error.kind, outcome.error.noEffect]).toEqual([verdict, kind, harmless]);
        expect(taken.length).toBeLessThanOrEqual(harmless ? 0 : 1);
        const retryAt = retryAfter === undefined ? null : new Date(clock.now().getTime() + retryAfter * 1000);
        if (retryAfter !== undefined) expect(outcome.error.retryAt).toEqual(retryAt);
      });
    }

    for (const status of [400, 403, 404, 413, 422]) {
      it(`rejected, where the provider answers ${status}`, async () => {
        const { scene, outcome } = await sent(subject, { kind: 'status', status });
        expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
        expect(scene.bench.simulator.sent).toEqual([]);
      });
    }

    for (const status of [408, 500, 502, 503, 504]) {
      it(`unknown, where the provider answers ${status} and has done it all the same`, async () => {
        const { scene, outcome } = await sent(subject, { kind: 'status', status, effect: true });
        expect(outcome).toMatchObject({ kind: 'unknown', error: { noEffect: false } });
        expect(scene.bench.simulator.sent).toHaveLength(1);
      });
    }

    it('unknown, where it was taken and nothing is heard', async () => {
      const { scene, outcome } = await sent(subject, { kind: 'hang', effect: true });
      expect(outcome).toMatchObject({ kind: 'unknown', error: { kind: 'timeout' } });
      expect(scene.bench.simulator.sent).toHaveLength(1);
    });

    it('and never tries again by itself, whatever stands in the way', async () => {
      for (const { fault } of troubles) {
        const scene = await openScene(subject);
        const { adapter, simulator } = scene.bench;
        simulator.faults.next(fault);
        await sendPast(scene, fault);
        // Trouble with a token is the one thing that may be mended at once.
        const mended = fault.kind === 'status' && fault.status === 401;
        if (!mended) expect(simulator.calls.count()).toBe(1);
        expect(simulator.sent.length).toBeLessThanOrEqual(1);
        expect((await adapter.send(messageIn(scene, 'Next'), callOf())).kind).toBe('accepted');
      }
    });

    it('rejected, where it may not even begin, and then asks nobody', async () => {
      const scene = await openScene(subject);
      const outcome = await scene.bench.adapter.send(messageIn(scene, text), callOf(AbortSignal.abort()));
      expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'timeout', noEffect: true } });
      expect(scene.bench.simulator.calls.count()).toBe(0);
    });

    it('rejected or accepted, and not unknown, where only what prepares it fails', async () => {
      const scene = await openScene(subject);
      const { simulator, connect } = scene.bench;
      await connect().send(messageIn(scene, text), callOf());
      const before = simulator.calls.count() - 1;
      for (const { fault } of troubles)
        for (let passed = 0; passed < before; passed += 1) {
          const out = simulator.sent.length;
          simulator.faults.next(noTrouble, { times: passed });
          simulator.faults.next(fault);
          const outcome = await sendPast(scene, fault, connect());
          expect(outcome.kind).not.toBe('unknown');
          expect(simulator.sent.length - out).toBe(outcome.kind === 'accepted' ? 1 : 0);
        }
    });

    it('rejected, where it cannot be remembered who we are', async () => {
      const scene = await openScene(subject);
      const memory = { read: () => Promise.reject(new Error('down')), update: () => Promise.reject(new Error('down')) };
      const outcome = await sameAgain(scene, { memory }).send(messageIn(scene, text), callOf());
      if (outcome.kind === 'accepted') return;
      expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
      expect(scene.bench.simulator.sent).toEqual([]);
    });
  });
}

async function sent(subject: Subject, fault?: Fault): Promise<{ scene: Scene; outcome: SendOutcome }> {
  const scene = await openScene(subject);
  if (fault) scene.bench.simulator.faults.always(fault);
  return { scene, outcome: await sendPast(scene, fault) };
}

/** Sends, and gives up where that is the only way on. */
async function sendPast(scene: Scene, fault?: Fault, adapter = scene.bench.adapter): Promise<SendOutcome> {
  const { faults, sent } = scene.bench.simulator;
  const given = new AbortController();
  const before = sent.length;
  let over = false;
  const outcome = adapter.send(messageIn(scene, text), callOf(given.signal)).finally(() => {
    over = true;
  });
  if (fault?.kind === 'hang') {
    let turns = 0;
    await until(() => over || (faults.pending === 0 && (sent.length > before || turns++ > 50)));
    given.abort();
  }
  return outcome;
}
