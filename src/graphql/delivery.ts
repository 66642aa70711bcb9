import type { AttemptOutcome, DeliveryEvidence, DeliveryState } from '../domain/delivery.ts';
import type { AccountId } from '../domain/ids.ts';
import type { DeliveryAttempt } from '../store/deliveries.ts';
import { builder } from './builder.ts';
import { deliveryRef, providerErrorRef } from './refs.ts';

const deliveryStateType = builder.enumType('DeliveryState', {
  description: 'Where an outgoing message stands. It never goes backwards; only a new attempt leaves FAILED.',
  values: {
    QUEUED: { description: 'Safely ours; an attempt will be made.' },
    SENDING: { description: 'An attempt is being made.' },
    ACCEPTED: { description: 'The provider took it.' },
    UNKNOWN: {
      description: 'It may be out: the attempt’s answer was lost. Its thread is being looked at to find out.',
    },
    FAILED: { description: 'It did not go out, or nobody can tell. `error` says why; `retryMessage` tries again.' },
    CANCELLED: { description: 'Taken back before it went out.' },
  } satisfies Record<DeliveryState, object>,
});

const deliveryEvidenceType = builder.enumType('DeliveryEvidence', {
  description: 'How we know that a message was accepted.',
  values: {
    PROVIDER: { description: 'The provider said so.' },
    ECHO: { description: 'It was seen in its thread at the provider.' },
    ASSUMED: { description: 'Nothing contradicts it.' },
  } satisfies Record<DeliveryEvidence, object>,
});

const attemptOutcomeType = builder.enumType('AttemptOutcome', {
  description: 'How one attempt to deliver ended.',
  values: {
    ACCEPTED: { description: 'The provider took it.' },
    REJECTED: { description: 'It certainly did not go out.' },
    UNKNOWN: { description: 'It may have gone out.' },
  } satisfies Record<AttemptOutcome, object>,
});

const attemptType = builder.objectRef<DeliveryAttempt & { accountId: AccountId }>('DeliveryAttempt').implement({
  description: 'One attempt to deliver a message.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counted from 1.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended. Null while it runs.',
    }),
    outcome: t.expose('outcome', {
      type: attemptOutcomeType,
      nullable: true,
      description: 'How it ended. Null while it runs.',
    }),
    error: t.field({
      type: providerErrorRef,
      nullable: true,
      description: 'Why it did not succeed.',
      resolve: ({ error, accountId }) => error && { ...error, accountId },
    }),
  }),
});

deliveryRef.implement({
  description: 'How far an outgoing message has come. It never claims more than is known.',
  fields: (t) => ({
    state: t.expose('state', { type: deliveryStateType, description: 'Where it stands.' }),
    evidence: t.expose('evidence', {
      type: deliveryEvidenceType,
      nullable: true,
      description: 'How we know that it was accepted. Null until it is.',
    }),
    attempts: t.field({
      type: [attemptType],
      description: 'Every attempt so far, oldest first.',
      resolve: ({ attempts, accountId }) => attempts.map((attempt) => ({ ...attempt, accountId })),
    }),
    error: t.field({
      type: providerErrorRef,
      nullable: true,
      description: 'Why it has not gone out.',
      resolve: ({ error, accountId }) => error && { ...error, accountId },
    }),
    needsAttention: t.exposeBoolean('needsAttention', {
      description: 'Whether a person should look at the thread: it failed, yet may have reached its reader.',
    }),
  }),
});
