import { describe, expect, it } from 'vitest';
import { nodeTypeOf } from '../domain/ids.ts';
import { createId } from './id.ts';

describe('an id', () => {
  it('sorts after all that were made before it, however many are made in a millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => createId('ConversationMessage'));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells its type and is a version 7 UUID', () => {
    const id = createId('Booking');
    expect(nodeTypeOf(id)).toBe('Booking');
    expect(id).toMatch(/^bkg_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });
});
