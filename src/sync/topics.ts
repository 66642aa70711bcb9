import type { AccountId } from '../domain/ids.ts';

/** The topic under which those who look after accounts are told that there are more of them, or fewer. */
export const ROSTER_TOPIC = 'accounts';

/** The topic under which whoever looks after an account is asked to look at it. */
export function accountTopic(id: AccountId): string {
  return `account:${id}`;
}

/** The topic under which those who wait for a look at an account are told that one is over. */
export function lookedTopic(id: AccountId): string {
  return `looked:${id}`;
}

/** Hints that an erasure waits for something. */
export const ERASURES_TOPIC = 'erasures';
