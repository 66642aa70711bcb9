import { expect, test } from 'vitest';
import { parseWithinCaps } from './documents.ts';

/** What that comes to with so little of the stack left that it just goes on. */
function shortOfStack<Result>(run: () => Result): Result {
  try {
    return shortOfStack(run);
  } catch (error) {
    if (error instanceof RangeError) return run();
    throw error;
  }
}

test('a document whose brackets use up the stack is refused as one that is too large', () => {
  const lists = `{ node(id: ${'['.repeat(900)}1${']'.repeat(900)}) { id } }`;
  expect(parseWithinCaps(lists)).toMatchObject({ kind: 'Document' });
  expect(() => shortOfStack(() => parseWithinCaps(lists))).toThrow(/too large/);
});
