import type { ProviderFace } from '../domain/gateway.ts';
import type { Account, Conversation } from '../domain/messaging.ts';
import { builder } from './builder.ts';

/** Where a thing that can be done takes effect. */
type Mode = 'UPSTREAM' | 'LOCAL' | 'UNSUPPORTED';

export interface Ability {
  readonly allowed: boolean;
  readonly until: Date | null;
  readonly blockedBy: string | null;
  readonly mode: Mode;
}

export interface Capabilities {
  readonly reply: Ability;
  readonly attach: Ability;
  readonly markRead: Ability;
  readonly noReplyNeeded: Ability;
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
        'Why it cannot be done: `account_disconnected`, `unsupported`, `reply_window_closed`, `read_only`, or a provider’s own code.',
    }),
    mode: t.expose('mode', { type: modeType, description: 'Where it takes effect.' }),
  }),
});

/** What can be done in a conversation, one ability each. */
export const capabilitiesType = builder.objectRef<Capabilities>('ConversationCapabilities').implement({
  description: 'What can be done in a conversation.',
  fields: (t) => ({
    reply: t.expose('reply', { type: abilityType, description: 'Sending a message.' }),
    attach: t.expose('attach', { type: abilityType, description: 'Sending files with a message.' }),
    markRead: t.expose('markRead', { type: abilityType, description: 'Marking messages as read.' }),
    noReplyNeeded: t.expose('noReplyNeeded', {
      type: abilityType,
      description: 'Marking the conversation as needing no reply.',
    }),
  }),
});

/** What can be done in a conversation now, by its own facts, its provider's abilities and its account's state. */
export function capabilitiesOf(
  { facts }: Conversation,
  account: Account,
  face: ProviderFace | undefined,
  now: Date,
): Capabilities {
  const connected = account.state !== 'DISCONNECTED';
  const upstream = (name: string, otherwise: Ability): Ability => {
    if (!face?.abilities.includes(name)) return otherwise;
    return connected ? { allowed: true, until: null, blockedBy: null, mode: 'UPSTREAM' } : disconnected;
  };
  return {
    reply: connected ? replyOf(facts, now) : disconnected,
    attach: upstream('attachments', unsupported),
    markRead: upstream('markRead', { allowed: true, until: null, blockedBy: null, mode: 'LOCAL' }),
    noReplyNeeded: upstream('noReplyNeeded', unsupported),
  };
}

const disconnected: Ability = { allowed: false, until: null, blockedBy: 'account_disconnected', mode: 'UPSTREAM' };
const unsupported: Ability = { allowed: false, until: null, blockedBy: 'unsupported', mode: 'UNSUPPORTED' };

function replyOf(facts: Conversation['facts'], now: Date): Ability {
  const until = facts?.replyUntil ?? null;
  if (facts?.canReply === false)
    return { allowed: false, until, blockedBy: facts.replyBlockedBy ?? 'read_only', mode: 'UPSTREAM' };
  if (until && until <= now) return { allowed: false, until, blockedBy: 'reply_window_closed', mode: 'UPSTREAM' };
  return { allowed: true, until, blockedBy: null, mode: 'UPSTREAM' };
}
