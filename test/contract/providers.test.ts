import { describe } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { describeBatches } from './batches.ts';
import { type Subject, subjectOf } from './bench.ts';
import { describeFacts } from './facts.ts';
import { describeFaults } from './faults.ts';
import { describePages } from './pages.ts';
import { describeProof } from './proof.ts';
import { describePulling } from './pulling.ts';
import { describeSending } from './sending.ts';
import { describeGlancing, describeSweeping } from './sweeping.ts';
import { describeMemory } from './tokens.ts';
import { describeTraces } from './traces.ts';
import { describeWebhooks } from './webhooks.ts';

/*
 * What src/providers/contract.ts promises, held to by every provider of the registry against its own simulator. There is nothing
 * to add here for a new one. A chapter about something that a provider has not got is empty for it.
 */

const chapters: readonly ((subject: Subject) => void)[] = [
  ...[describeFacts, describeProof, describeBatches, describePages, describeSweeping, describeGlancing],
  ...[describePulling, describeSending, describeFaults, describeMemory, describeWebhooks, describeTraces],
];

for (const module of providers) {
  const subject = await subjectOf(module);
  describe(`the provider ${module.id}`, () => {
    for (const chapter of chapters) chapter(subject);
  });
}
