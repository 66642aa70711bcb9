import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import { callOf, createMemoryJar, openBench, type Subject } from './bench.ts';

/** Credentials, proven. */
export function describeProof(subject: Subject): void {
  const { module } = subject;

  describe('proves credentials', () => {
    it('and asks nothing before it is asked', () => {
      const { simulator } = openBench(subject);
      expect(simulator.calls.count()).toBe(0);
    });

    it('without reading a conversation', async () => {
      const { adapter, simulator } = openBench(subject);
      await adapter.verify(callOf());
      expect(simulator.calls.count()).toBeGreaterThan(0);
      expect(simulator.calls.entries.reduce((sum, call) => sum + call.conversationCount, 0)).toBe(0);
    });

    it('and names the upstream account the same, whoever connects it', async () => {
      const { adapter, connect } = openBench(subject);
      const { identity } = await adapter.verify(callOf());
      expect(identity).not.toBe('');
      expect((await connect().verify(callOf())).identity).toBe(identity);
      expect((await adapter.verify(callOf())).identity).toBe(identity);
    });

    it('and tells two upstream accounts apart', async () => {
      const [one, other] = [openBench(subject), openBench(subject, { account: 'other' })];
      const { identity } = await other.adapter.verify(callOf());
      expect(identity).not.toBe((await one.adapter.verify(callOf())).identity);
    });

    it('and refuses bad ones as such', async () => {
      const { connect, simulator } = openBench(subject);
      const bad = connect({ credentials: module.credentials.parse(simulator.badCredentials) });
      const failure = await bad.verify(callOf()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ProviderError);
      expect(failure).toMatchObject({ kind: 'auth', provider: module.id });
    });

    it('and refuses bad ones also where good ones have left their token', async () => {
      const { adapter, memory, connect, simulator } = openBench(subject);
      await adapter.verify(callOf());
      const credentials = module.credentials.parse(simulator.badCredentials);
      const bad = connect({ credentials, memory: createMemoryJar(memory.text) });
      await expect(bad.verify(callOf())).rejects.toMatchObject({ kind: 'auth' });
    });

    it('and tells no secret in a refusal', async () => {
      const { connect, simulator } = openBench(subject);
      const bad = connect({ credentials: module.credentials.parse(simulator.badCredentials) });
      const failure: unknown = await bad.verify(callOf()).catch((error: unknown) => error);
      const told = failure instanceof ProviderError ? `${failure.message} ${failure.detail}` : '';
      expect(told).not.toBe('');
      for (const name of module.secretFields) expect(told).not.toContain(String(simulator.badCredentials[name]));
    });
  });
}
