import { describe, expect, it } from 'vitest';
import type { Account, AccountState } from '../domain/account.ts';
import type { ProviderFace } from '../domain/gateway.ts';
import type { Conversation, ConversationFacts } from '../domain/messaging.ts';
import { capabilitiesOf } from './capabilities.ts';

const now = new Date('2026-03-02T10:00:00Z');
const later = new Date('2026-03-03T10:00:00Z');

const abilities = (given: {
  facts?: Partial<ConversationFacts>;
  state?: AccountState;
  provider?: readonly string[];
}) => {
  const facts = given.facts ? { canReply: null, replyUntil: null, replyBlockedBy: null, ...given.facts } : null;
  const face = { abilities: given.provider ?? [] } as unknown as ProviderFace;
  return capabilitiesOf({ facts } as Conversation, { state: given.state ?? 'LIVE' } as Account, face, now);
};

describe('what can be done in a conversation', () => {
  it('is to reply, where nothing says otherwise', () => {
    expect(abilities({}).reply).toEqual({ allowed: true, until: null, blockedBy: null, mode: 'UPSTREAM' });
  });

  it('ends when the provider’s window for replies closes', () => {
    expect(abilities({ facts: { replyUntil: later } }).reply).toMatchObject({ allowed: true, until: later });
    expect(abilities({ facts: { replyUntil: now } }).reply).toMatchObject({
      allowed: false,
      blockedBy: 'reply_window_closed',
    });
  });

  it('names the provider’s own reason where replies are blocked', () => {
    const blocked = abilities({ facts: { canReply: false, replyBlockedBy: 'archived' } }).reply;
    expect(blocked).toMatchObject({ allowed: false, blockedBy: 'archived' });
    expect(abilities({ facts: { canReply: false } }).reply.blockedBy).toBe('read_only');
  });

  it('is marking as read here alone, where the provider has no such thing', () => {
    expect(abilities({}).markRead).toMatchObject({ allowed: true, mode: 'LOCAL' });
    expect(abilities({ provider: ['markRead'] }).markRead).toMatchObject({ allowed: true, mode: 'UPSTREAM' });
  });

  it('is nothing that the provider cannot do', () => {
    expect(abilities({}).attach).toMatchObject({ allowed: false, mode: 'UNSUPPORTED' });
    expect(abilities({}).noReplyNeeded).toMatchObject({ allowed: false, mode: 'UNSUPPORTED' });
  });

  it('is nothing at a provider whose account was disconnected', () => {
    const { reply, markRead } = abilities({ state: 'DISCONNECTED', provider: ['markRead'] });
    for (const ability of [reply, markRead])
      expect(ability).toMatchObject({ allowed: false, blockedBy: 'account_disconnected' });
  });
});
