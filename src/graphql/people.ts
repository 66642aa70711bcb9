import { brand, type ParticipantId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { Erasure } from '../domain/people.ts';
import { exportPerson } from '../store/person-export.ts';
import { keepDays, setKeepDays } from '../store/retention.ts';
import { builder } from './builder.ts';
import { idOf } from './node.ts';
import { participantRef, tenantRef } from './refs.ts';
import { attempt, type Refusal, refusal, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

const erasureType = builder.objectRef<Erasure>('Erasure').implement({
  description:
    'How far the erasing of somebody has come. Providers keep what is theirs: whoever has to be forgotten there too has to be erased there.',
  fields: (t) => ({
    participantId: t.exposeID('participantId', { description: 'Who.' }),
    requestedAt: t.expose('requestedAt', {
      type: 'DateTime',
      description: 'When it was asked for. What is written later is new, and stays.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When everything was gone. Null while some of it waits.',
    }),
    conversations: t.exposeInt('conversations', { description: 'Conversations that they are the other party of.' }),
    messages: t.exposeInt('messages', { description: 'Messages whose text and files are gone, of both sides.' }),
    waiting: t.exposeInt('waiting', {
      description: 'Messages whose sends are under way. They go by themselves when it is known what became of them.',
    }),
  }),
});

interface Outcome<Done> {
  readonly done: Done | null;
  readonly errors: readonly Refusal[];
}

const erasePayload = builder.objectRef<Outcome<Erasure>>('EraseParticipantPayload').implement({
  description: 'What erasing somebody came to.',
  fields: (t) => ({
    erasure: t.expose('done', {
      type: erasureType,
      nullable: true,
      description: 'How far it has come. Null where it was refused.',
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

const exportPayload = builder.objectRef<Outcome<object>>('ExportParticipantPayload').implement({
  description: 'What exporting somebody’s data came to.',
  fields: (t) => ({
    document: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Everything that is stored of them: `participant`, and `conversations` with messages, files, bookings and leads, beside everything as its provider sent it. Null where it was refused.',
      resolve: ({ done }) => done as Json,
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

const retentionPayload = builder.objectRef<Outcome<object>>('SetRetentionPayload').implement({
  description: 'What setting how long messages are kept came to.',
  fields: (t) => ({
    tenant: t.field({
      type: tenantRef,
      nullable: true,
      description: 'Your tenant as it is now. Null where that was refused.',
      resolve: ({ done }, _args, { caller }) => done && caller.tenant,
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

const participantInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ participantId: t.id({ required: true, description: 'The participant.' }) }),
  });
const eraseInput = participantInput('EraseParticipantInput', 'Somebody to be forgotten.');
const exportInput = participantInput('ExportParticipantInput', 'Somebody whose data is asked for.');
const retentionInput = builder.inputType('SetRetentionInput', {
  description: 'How long messages are to be kept.',
  fields: (t) => ({
    days: t.int({ description: 'For so many days, 1 to 36500. Null, or not given: for ever.' }),
  }),
});

builder.objectField(participantRef, 'erasure', (t) =>
  t.field({
    type: erasureType,
    nullable: true,
    authScopes: { scope: 'people:manage' },
    description: 'How far their erasing has come. Null where nobody asked for it.',
    resolve: ({ id }, _args, { loaders }) => loaders.erasures.load(id),
  }),
);

builder.objectField(tenantRef, 'retentionDays', (t) =>
  t.int({
    nullable: true,
    description:
      'For how many days what people wrote is kept; then texts, files and names go, and the rows stay. Null: for ever.',
    resolve: ({ id }, _args, { db }) => keepDays(db, id),
  }),
);

builder.mutationFields((t) => ({
  eraseParticipant: t.field({
    type: erasePayload,
    complexity: 500,
    authScopes: { scope: 'people:manage' },
    description:
      'Forgets somebody for good: name and address, texts and files of both sides, and everything as its provider sent it. What is queued for them is cancelled. It stays out when the provider tells it again; what they write later is new, and comes in without a name. That there were messages, and when, remains.',
    args: { input: t.arg({ type: eraseInput, required: true, description: 'Whom.' }) },
    async resolve(_root, { input }, context) {
      const id = idOf<ParticipantId>('ConversationParticipant', input.participantId);
      if (!id) return { done: null, errors: [unknown()] };
      const { gateway, caller, signal } = context;
      const outcome = await attempt(() => gateway.eraseParticipant(caller.tenant.id, id, signal));
      written(context);
      return outcome;
    },
  }),
  exportParticipant: t.field({
    type: exportPayload,
    complexity: 500,
    authScopes: { scope: 'people:manage' },
    description: 'Everything that is stored of somebody, in one document, to be handed to them.',
    args: { input: t.arg({ type: exportInput, required: true, description: 'Whose data.' }) },
    async resolve(_root, { input }, { db, caller, links }) {
      const id = idOf<ParticipantId>('ConversationParticipant', input.participantId);
      const done = id && (await exportPerson(db, caller.scope, id, (file) => links.urlOf(brand(file), caller)));
      return { done, errors: done ? [] : [unknown()] };
    },
  }),
  setRetention: t.field({
    type: retentionPayload,
    complexity: 50,
    authScopes: { scope: 'people:manage' },
    description:
      'Sets for how long messages are kept. What is older loses its text and files within the hour, and conversations in which everything is older the name of their participant. This cannot be undone.',
    args: { input: t.arg({ type: retentionInput, required: true, description: 'For how long.' }) },
    async resolve(_root, { input: { days = null } }, context) {
      if (days !== null && !(days >= 1 && days <= MOST_DAYS))
        return { done: null, errors: [refusal('INVALID', `Days are 1 to ${MOST_DAYS}, or null for ever.`, 'days')] };
      await setKeepDays(context.db, context.caller.tenant.id, days);
      return { done: {}, errors: [] };
    },
  }),
}));

const MOST_DAYS = 36_500;

function unknown(): Refusal {
  return refusal('NOT_FOUND', 'There is no such participant.', 'participantId');
}
