import type { Account } from '../domain/account.ts';
import { DomainError } from '../domain/errors.ts';
import type { ProviderFace, ReplyWindow } from '../domain/gateway.ts';
import type { Conversation } from '../domain/messaging.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ownerOf } from './owner.ts';

/** Where a thing that can be done takes effect. */
type Mode = 'UPSTREAM' | 'LOCAL' | 'UNSUPPORTED';

export interface Ability {
  readonly allowed: boolean;
  readonly until: Date | null;
  readonly blockedBy: string | null;
  readonly mode: Mode;
  /** Media types of files, and their size in bytes; absent where it is not about files. */
  readonly types?: readonly string[];
  readonly maxBytes?: number;
}

export interface Capabilities {
  readonly reply: Ability;
  /** The provider's own rule, also where a date that it counts from is not known. */
  readonly replyWindow: ReplyWindow | null;
  readonly attach: Ability;
  readonly markRead: Ability;
  readonly noReplyNeeded: Ability;
  readonly close: Ability;
}

const modeType = builder.enumType('AbilityMode', {
  description: 'Where a thing that can be done takes effect.',
  values: {
    UPSTREAM: { description: 'At the provider.' },
    LOCAL: { description: 'Here alone: the provider has no such thing.' },
    UNSUPPORTED: { description: 'Nowhere.' },
  } satisfies Record<Mode, object>,
});

const abilityType = builder.objectRef<Ability>('ConversationAbility').implement({
  description: 'Whether one thing can be done in a conversation.',
  fields: (t) => ({
    allowed: t.exposeBoolean('allowed', { description: 'Whether it can be done now.' }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'When that ends. Null where no end is known.',
    }),
    blockedBy: t.exposeString('blockedBy', {
      nullable: true,
      description:
        'Why it cannot be done: `account_disconnected`, `unsupported`, `reply_window_closed`, `read_only`, `closed`, `unwritten` (nobody has written there yet), or a provider’s own code.',
    }),
    mode: t.expose('mode', { type: modeType, description: 'Where it takes effect.' }),
    types: t.exposeStringList('types', {
      nullable: true,
      description: 'Of `attach`: the media types of the files that are taken. Null elsewhere.',
    }),
    maxBytes: t.exposeInt('maxBytes', {
      nullable: true,
      description: 'Of `attach`: how large a file may be, in bytes. Null elsewhere.',
    }),
  }),
});

const windowType = builder.objectRef<ReplyWindow>('ReplyWindow').implement({
  description: 'A provider’s rule of how long a conversation can be answered and read. In days.',
  fields: (t) => ({
    afterCheckOut: t.exposeInt('afterCheckOut', { description: 'Days after check-out in which messages can be sent.' }),
    afterTheirMessage: t.exposeInt('afterTheirMessage', {
      nullable: true,
      description: 'Days after the participant’s last message in which messages can be sent, where that is later.',
    }),
    readable: t.exposeInt('readable', {
      nullable: true,
      description:
        'Days after check-out in which the provider still shows the conversation. What is stored here stays.',
    }),
  }),
});

/** What can be done in a conversation, one ability each. */
export const capabilitiesType = builder.objectRef<Capabilities>('ConversationCapabilities').implement({
  description: 'What can be done in a conversation.',
  fields: (t) => ({
    reply: t.expose('reply', { type: abilityType, description: 'Sending a message.' }),
    replyWindow: t.expose('replyWindow', {
      type: windowType,
      nullable: true,
      description: 'The rule that `reply.until` follows. Null where the provider has none.',
    }),
    attach: t.expose('attach', { type: abilityType, description: 'Sending files with a message.' }),
    markRead: t.expose('markRead', { type: abilityType, description: 'Marking messages as read.' }),
    noReplyNeeded: t.expose('noReplyNeeded', {
      type: abilityType,
      description: 'Marking the conversation as needing no reply.',
    }),
    close: t.expose('close', { type: abilityType, description: 'Closing and reopening the conversation.' }),
  }),
});

/** What can be done in a conversation now, by its own facts, its provider's abilities and its account's state. */
export function capabilitiesOf(
  conversation: Conversation,
  account: Account,
  face: ProviderFace | undefined,
  now: Date,
): Capabilities {
  const connected = account.state !== 'DISCONNECTED';
  const upstream = (name: string, otherwise: Ability): Ability => {
    if (!face?.abilities.includes(name)) return otherwise;
    return connected ? { allowed: true, until: null, blockedBy: null, mode: 'UPSTREAM' } : disconnected;
  };
  const reply = connected ? replyOf(conversation, face, now) : disconnected;
  return {
    reply,
    replyWindow: face?.replyWindow ?? null,
    attach: attachOf(conversation, face, reply),
    markRead: upstream('markRead', { allowed: true, until: null, blockedBy: null, mode: 'LOCAL' }),
    noReplyNeeded: onceWritten(conversation, upstream('noReplyNeeded', unsupported)),
    close: onceWritten(conversation, upstream('close', unsupported)),
  };
}

/** What can be done in a conversation now, for the caller of an operation. */
export async function capabilitiesIn(conversation: Conversation, context: Context): Promise<Capabilities> {
  const account = await ownerOf(conversation, {}, context);
  const face = context.gateway.providers.find(({ id }) => id === account.provider);
  const end = await windowEnd(conversation, face, context);
  const facts = { canReply: null, replyBlockedBy: null, details: null, ...conversation.facts };
  const known = end ? { ...conversation, facts: { ...facts, replyUntil: end } } : conversation;
  return capabilitiesOf(known, account, face, context.clock.now());
}

const DAY_MS = 86_400_000;

/**
 * The end of the reply window where the stay's dates tell it: counted from the end of the check-out day in UTC, for where the property is,
 * is not told. Where messages extend the window the provider itself says whether it is open.
 */
async function windowEnd(
  { facts, bookingId }: Conversation,
  face: ProviderFace | undefined,
  { loaders }: Context,
): Promise<Date | null> {
  const rule = face?.replyWindow;
  if (!rule || rule.afterTheirMessage !== null || facts?.replyUntil || bookingId === null) return null;
  const booking = await loaders.bookings.load(bookingId);
  if (!booking?.checkOut) return null;
  return new Date(Date.parse(`${booking.checkOut}T00:00:00Z`) + (rule.afterCheckOut + 1) * DAY_MS);
}

/** Why a thing cannot be done, naming what blocks it: UNSUPPORTED or READ_ONLY; null where it can. */
export function hindrance({ allowed, blockedBy, mode }: Ability, ...path: readonly string[]): DomainError | null {
  if (allowed) return null;
  if (mode === 'UNSUPPORTED') return new DomainError('UNSUPPORTED', 'The provider has no such thing.', path);
  const why = blockedBy ? ` (${blockedBy})` : '';
  return new DomainError('READ_ONLY', `This cannot be done in the conversation now${why}.`, path);
}

const disconnected: Ability = { allowed: false, until: null, blockedBy: 'account_disconnected', mode: 'UPSTREAM' };
const unsupported: Ability = { allowed: false, until: null, blockedBy: 'unsupported', mode: 'UNSUPPORTED' };

function replyOf({ facts, closedAt }: Conversation, face: ProviderFace | undefined, now: Date): Ability {
  const until = facts?.replyUntil ?? null;
  const blocked = (blockedBy: string): Ability => ({ allowed: false, until, blockedBy, mode: 'UPSTREAM' });
  if (facts?.canReply === false) return blocked(facts.replyBlockedBy ?? 'read_only');
  if (until && until <= now) return blocked('reply_window_closed');
  // Where people close conversations that only puts them aside; elsewhere it is the provider that has ended them.
  if (closedAt && !face?.abilities.includes('close')) return blocked('closed');
  return { allowed: true, until, blockedBy: null, mode: 'UPSTREAM' };
}

/** Files go with a message: where none can be sent, neither can they. */
function attachOf(conversation: Conversation, face: ProviderFace | undefined, reply: Ability): Ability {
  if (!face?.attachments || !face.abilities.includes('attachments')) return unsupported;
  return onceWritten(conversation, { ...reply, ...face.attachments });
}

/** Where nobody has written yet the provider has nothing that a file or a mark could hang from. */
function onceWritten({ externalId }: Conversation, ability: Ability): Ability {
  return externalId === null && ability.allowed ? { ...ability, allowed: false, blockedBy: 'unwritten' } : ability;
}
