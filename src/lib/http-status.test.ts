import { describe, expect, it } from 'vitest';
import { errorOfStatus, type HttpAnswer } from './http.ts';

const now = new Date('2026-03-01T12:00:00Z');

describe('the error of a status', () => {
  const errorOf = (status: number, headers: Record<string, string> = {}, detail = '') =>
    errorOfStatus('acme', 'send', answerOf(status, headers), now, detail);

  it.each([
    [302, 'protocol', false],
    [400, 'invalid', true],
    [401, 'auth', true],
    [403, 'forbidden', true],
    [404, 'not-found', true],
    [405, 'protocol', true],
    [408, 'timeout', false],
    [409, 'protocol', false],
    [410, 'not-found', true],
    [413, 'invalid', true],
    [415, 'invalid', true],
    [422, 'invalid', true],
    [429, 'rate-limited', true],
    [500, 'unavailable', false],
    [503, 'unavailable', false],
    [504, 'unavailable', false],
    [600, 'protocol', false],
  ] as const)('%i is %s, and certainly without effect: %s', (status, kind, noEffect) => {
    expect(errorOf(status)).toMatchObject({ kind, noEffect, message: `[acme] send: answered ${status}` });
  });

  it('shows the words it is given on one line, and not without end', () => {
    expect(errorOf(400, {}, 'too\r\n long\u0007').message).toBe('[acme] send: answered 400: too long');
    expect(errorOf(400, {}, 'x'.repeat(9000)).message.length).toBeLessThan(600);
  });

  it.each([
    ['seconds', '30', 30],
    ['fractions of a second', '2.5', 2.5],
    ['a date', 'Sun, 01 Mar 2026 12:10:00 GMT', 600],
    ['nothing to wait: one second', '0', 1],
    ['a date gone by: one second', 'Sun, 01 Mar 2026 11:00:00 GMT', 1],
    ['a week: one hour', '604800', 3600],
    ['more digits than a number holds: one hour', '9'.repeat(400), 3600],
    ['two headers: the later', '10, 20', 20],
    ['two headers of two forms: the later', '10, Sun, 01 Mar 2026 12:00:40 GMT', 40],
    ['two headers, one of them garbage', 'soon, 20', 20],
  ])('says when to come back, given %s', (_, value, seconds) => {
    expect(errorOf(429, { 'retry-after': value }).retryAt).toEqual(new Date(now.getTime() + seconds * 1000));
  });

  it.each(['', 'soon', '-5', '1e3', 'Sun, 99 Foo 2026 12:00:00 GMT', 'in 5 minutes'])(
    'says nothing of when, given %j',
    (value) => {
      expect(errorOf(429, { 'retry-after': value }).retryAt).toBeNull();
    },
  );

  it('says when to come back after a 503 as well, and after nothing else', () => {
    const header = { 'retry-after': '30' };
    expect(errorOf(503, header).retryAt).toEqual(new Date('2026-03-01T12:00:30Z'));
    expect([errorOf(400, header).retryAt, errorOf(302, header).retryAt]).toEqual([null, null]);
  });
});

function answerOf(status: number, headers: Record<string, string>): HttpAnswer {
  return { status, headers: new Headers(headers), text: '', json: () => null };
}
