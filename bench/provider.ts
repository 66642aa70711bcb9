import { z } from 'zod';
import { type Branded, brand, type ExternalMessageId } from '../src/domain/ids.ts';
import type { ProviderAdapter, ProviderModule, Slot } from '../src/providers/contract.ts';

/** A provider in memory that takes every message at once and never has anything to tell. */
export const benchProvider: ProviderModule = {
  id: 'bench',
  title: 'Bench',
  speaksAs: 'property',
  abilities: [],
  credentials: z.object({}),
  secretFields: [],
  budgetKey: () => 'bench',
  limits: {
    ...{ batchSize: 25, pageSize: 50, pullEveryMs: 3_600_000, minGapMs: 3_600_000, parallel: 16 },
    ...{ requestsPerHour: null, maxTextLength: null, replyWindow: null, attachments: null },
  },
  connect: () => adapter,
};

let accepted = 0;

const adapter: ProviderAdapter = {
  verify: async () => ({ identity: 'bench', title: null }),
  conversations: async (keys) => keys.map(nothing),
  messages: async (pages) => pages.map(nothing),
  async send() {
    accepted += 1;
    const id = brand<ExternalMessageId & Branded<'external message'>>(`accepted-${process.pid}-${accepted}`);
    return { kind: 'accepted', id, at: new Date(), notes: [] };
  },
};

function nothing(): Slot<never> {
  return { ok: true, value: null };
}
