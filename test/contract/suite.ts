import { describe } from 'vitest';
import { describeBatches } from './batches.ts';
import type { Subject } from './bench.ts';
import { describeConfirming } from './confirming.ts';
import { describeFacts } from './facts.ts';
import { describeFaults } from './faults.ts';
import { describeFiles } from './files.ts';
import { describeFinding } from './finding.ts';
import { describeLookingUp } from './looking-up.ts';
import { describeMarks } from './marks.ts';
import { describePages } from './pages.ts';
import { describeProof } from './proof.ts';
import { describePulling } from './pulling.ts';
import { describeSending } from './sending.ts';
import { describeGlancing, describeSweeping } from './sweeping.ts';
import { describeMemory } from './tokens.ts';
import { describeTraces } from './traces.ts';
import { describeVisits } from './visits.ts';
import { describeWebhooks } from './webhooks.ts';

const chapters: readonly ((subject: Subject) => void)[] = [
  ...[describeFacts, describeProof, describeBatches, describePages, describeFinding, describeLookingUp],
  ...[describeSweeping, describeGlancing, describePulling, describeConfirming, describeSending, describeFiles],
  ...[describeMarks, describeFaults, describeMemory, describeWebhooks, describeVisits, describeTraces],
];

/** What src/providers/contract.ts promises, held to by one provider. A chapter about something that it has not got is empty for it. */
export function describeProvider(subject: Subject): void {
  describe(`the provider ${subject.module.id}`, () => {
    for (const chapter of chapters) chapter(subject);
  });
}
