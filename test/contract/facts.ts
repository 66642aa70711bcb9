import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderAbility } from '../../src/providers/contract.ts';
import { openBench, type Subject } from './bench.ts';

/** Which methods make an ability. */
const methodsOfAbility: Readonly<Record<Exclude<ProviderAbility, 'webhooks'>, readonly string[]>> = {
  attachments: ['upload', 'download'],
  markRead: ['markRead'],
  noReplyNeeded: ['setNoReplyNeeded'],
  close: ['setClosed'],
  findConversation: ['findConversation'],
};

/** What a module says about itself. */
export function describeFacts(subject: Subject): void {
  const { module, methods } = subject;

  describe('says about itself', () => {
    for (const [ability, wanted] of Object.entries(methodsOfAbility)) {
      it(`that it has ${ability} exactly where its adapters do`, () => {
        const has = module.abilities.some((one) => one === ability);
        expect(wanted.filter((name) => methods.has(name))).toEqual(has ? wanted : []);
      });
    }

    it('that it has webhooks exactly where it judges them', () => {
      expect(module.abilities.includes('webhooks')).toBe(module.webhook !== undefined);
    });

    it('that it takes attachments exactly where it names their types and size', () => {
      expect(module.limits.attachments !== null).toBe(module.abilities.includes('attachments'));
    });

    it('how new things are found: by a change feed, or by walking and glancing', () => {
      const ways = ['pull', 'sweep', 'glance', 'confirm'].filter((name) => methods.has(name));
      if (methods.has('pull')) expect(ways).not.toContain('glance');
      else expect(ways).toEqual(['sweep', 'glance']);
    });

    it('limits that can be kept to', () => {
      const { batchSize, pageSize, parallel, pullEveryMs, minGapMs, requestsPerHour, maxTextLength } = module.limits;
      for (const count of [batchSize, pageSize, parallel, pullEveryMs]) expect(count).toBeGreaterThan(0);
      expect(minGapMs).toBeGreaterThanOrEqual(0);
      expect(minGapMs).toBeLessThanOrEqual(pullEveryMs);
      for (const limit of [requestsPerHour, maxTextLength]) expect(limit ?? 1).toBeGreaterThan(0);
    });

    it('which credentials it takes, each described', () => {
      const { properties = {} } = z.toJSONSchema(module.credentials, { io: 'input' });
      const described = Object.entries(properties).map(([name, field]) => [
        name,
        typeof field === 'object' && (field.description?.length ?? 0) > 10,
      ]);
      expect(described.length).toBeGreaterThan(1);
      expect(described).toEqual(described.map(([name]) => [name, true]));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(['baseUrl', ...module.secretFields]));
    });

    it('which of them are secret, and shows none of these in what it counts requests by', () => {
      const { credentials, simulator } = openBench(subject, { size: 0 });
      const secrets = module.secretFields.flatMap((name) => wordsIn(simulator.credentials[name] ?? 'not given'));
      const key = module.budgetKey(credentials);
      expect(secrets.length).toBeGreaterThan(0);
      expect(secrets.filter((secret) => key.includes(secret))).toEqual([]);
      expect(module.budgetKey(openBench(subject, { size: 0 }).credentials)).toBe(key);
    });

    it('what authors should know of a message, whatever it says, and the same each time', () => {
      const bodies = ['', ' ', 'See you!', 'https://example.org/a', 'x'.repeat(10_000), '\u0000\ud800', '1.5 m.de'];
      const nothing = { canReply: null, replyUntil: null, replyBlockedBy: null, details: null };
      const facts = [null, nothing, { ...nothing, details: {} }, { ...nothing, details: { asks: 7, x: [null] } }];
      for (const body of bodies)
        for (const known of facts) {
          const warnings = module.warn?.({ body }, known) ?? [];
          expect(module.warn?.({ body }, known) ?? []).toEqual(warnings);
          expect(new Set(warnings).size).toBe(warnings.length);
          if (body === 'See you!' && known === null) expect(warnings).toEqual([]);
        }
    });

    it('where its real host is, so that nobody has to', () => {
      const { credentials, simulator } = openBench(subject, { size: 0 });
      expect(credentials).toMatchObject({ ...simulator.credentials, baseUrl: simulator.baseUrl });
    });

    it('what it does not know: fields without a meaning are refused', () => {
      const { simulator } = openBench(subject, { size: 0 });
      const input = { ...simulator.credentials, baseUrl: simulator.baseUrl };
      expect(module.credentials.safeParse(input).success).toBe(true);
      expect(module.credentials.safeParse({ ...input, colour: 'green' }).success).toBe(false);
      expect(module.credentials.safeParse({}).success).toBe(false);
    });
  });
}

/** The texts in a value, however deep. */
function wordsIn(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [String(value)];
}
