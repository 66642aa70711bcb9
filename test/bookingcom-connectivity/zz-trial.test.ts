import { describe } from 'vitest';
import { bookingcomConnectivity } from '../../src/providers/bookingcom-connectivity/index.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
const providers = [bookingcomConnectivity as ProviderModule];
import { describeBatches } from '../contract/batches.ts';
import { type Subject, subjectOf } from '../contract/bench.ts';
import { describeFacts } from '../contract/facts.ts';
import { describeFaults } from '../contract/faults.ts';
import { describePages } from '../contract/pages.ts';
import { describeProof } from '../contract/proof.ts';
import { describePulling } from '../contract/pulling.ts';
import { describeSending } from '../contract/sending.ts';
import { describeGlancing, describeSweeping } from '../contract/sweeping.ts';
import { describeMemory } from '../contract/tokens.ts';
import { describeTraces } from '../contract/traces.ts';
import { describeWebhooks } from '../contract/webhooks.ts';

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
