import { expect, test } from 'vitest';
import { byTime, sentAtOf, timeOf } from './moments.ts';
import { momentOf } from './wire.ts';

const id = 'f02f8c50-1f87-11f1-94f2-6513269e0d37';
const exact = new Date('2026-03-14T09:26:53.589Z');

test('an id of version 1 tells when it was made, and others do not', () => {
  expect(timeOf(id)).toEqual(exact);
  expect(timeOf(id.toUpperCase())).toEqual(exact);
  for (const other of ['', '8586a789', '7dfa2fb6-fe7e-5a47-99b1-0de2dccd329e']) expect(timeOf(other)).toBeNull();
});

test('a time that was cut to the second is mended by the id, and no other time is', () => {
  expect(sentAtOf(id, new Date('2026-03-14T09:26:53Z'))).toEqual(exact);
  expect(sentAtOf(id, exact)).toEqual(exact);
  for (const said of ['2026-03-14T09:26:54Z', '2026-03-14T09:26:53.100Z', '2020-01-01T00:00:00Z'])
    expect(sentAtOf(id, new Date(said))).toEqual(new Date(said));
  expect(sentAtOf(id, null)).toEqual(exact);
  expect(sentAtOf('8586a789', null)).toBeNull();
});

test('messages of one millisecond are in the order in which their ids were made', () => {
  const later = 'f02f8c51-1f87-11f1-0000-000000000000'.replace('-0000-', '-8000-');
  const [a, b] = [id, later].map((externalId) => ({ externalId, sentAt: exact }));
  if (!a || !b) throw new Error('two are needed');
  expect([b, a].sort(byTime)).toEqual([a, b]);
  expect(byTime(a, a)).toBe(0);
});

test('a moment without a zone is UTC, and what is none is null', () => {
  expect(momentOf('2026-03-14T09:26:53.58')).toEqual(new Date('2026-03-14T09:26:53.580Z'));
  expect(momentOf('2026-03-14T11:26:53+02:00')).toEqual(new Date('2026-03-14T09:26:53Z'));
  for (const wrong of ['', 'soon', '2026-03-14', '2026-13-14T09:26:53Z', '7']) expect(momentOf(wrong)).toBeNull();
});
