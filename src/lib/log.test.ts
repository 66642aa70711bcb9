import { describe, expect, it } from 'vitest';
import { ProviderError } from '../domain/errors.ts';
import { createManualClock } from './clock.ts';
import { createLog, type LogOptions, silentLog } from './log.ts';
import { createSecretFinder } from './secret-finder.ts';

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    clock: createManualClock(new Date('2026-03-01T12:00:00Z')),
    destination: { write: (line) => lines.push(line) },
    ...options,
  });
  return { log, lines, read: () => lines.map((line) => JSON.parse(line)) };
}

describe('a log', () => {
  it('writes one JSON object a line, with level, time, fields and message', () => {
    const { log, lines, read } = logged();
    log.info({ account: 'acc_1', calls: 2 }, 'pulled');
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(read()).toEqual([
      { level: 'info', time: '2026-03-01T12:00:00.000Z', account: 'acc_1', calls: 2, msg: 'pulled' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { log, read } = logged({ level: 'warn' });
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    expect(read().map((line) => [line.level, line.msg])).toEqual([
      ['warn', 'c'],
      ['error', 'd'],
    ]);
    const silent = logged({ level: 'silent' });
    silent.log.error({}, 'e');
    silentLog.child({}).error({}, 'f');
    expect(silent.lines).toEqual([]);
  });

  it('gives a child its parent’s fields, which the child may replace', () => {
    const { log, read } = logged();
    log.child({ account: 'acc_1', loop: 'poller' }).child({ loop: 'sweep' }).info({ page: 3 }, 'walked');
    expect(read()[0]).toMatchObject({ account: 'acc_1', loop: 'sweep', page: 3 });
  });

  it('tells of an error with its causes and kind', () => {
    const { log, read } = logged();
    const cause = Object.assign(new Error('closed'), { code: 'ECONNRESET', socket: { remotePort: 1 } });
    const error = new ProviderError({ provider: 'acme', operation: 'send', kind: 'unavailable', message: 'no', cause });
    log.error({ err: error }, 'failed');
    log.error(error, 'failed');
    for (const { err } of read()) {
      expect(err).toMatchObject({ type: 'ProviderError', message: '[acme] send: no', kind: 'unavailable' });
      expect(err.stack).toContain('log.test.ts');
      expect(err.cause).toMatchObject({ type: 'Error', message: 'closed', code: 'ECONNRESET' });
      expect(err.cause).not.toHaveProperty('socket');
    }
  });

  it('does not let a field or a message forge a line, a level or a terminal command', () => {
    const { log, lines, read } = logged();
    const forged = 'x\n{"level":"error"}\r\u0085\u2028\u009b31m\u202e\u001b[2J\u007f';
    log.info({ name: forged, [forged]: 1, level: 'error', time: 'never', msg: 'other' }, forged);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(read()[0]).toMatchObject({ level: 'info', time: '2026-03-01T12:00:00.000Z', name: forged, msg: forged });
    expect(read()[0]).toMatchObject({ level_: 'error', time_: 'never', msg_: 'other' });
    expect(lines[0]?.match(/"level":/g)).toHaveLength(1);
  });

  it('takes per cent signs and odd values as they are', () => {
    const { log, read } = logged();
    const round: { self?: unknown } = {};
    round.self = round;
    log.info(
      { round, n: 10n, at: new Date(0), bad: new Date(Number.NaN), gone: undefined, run: () => 1 },
      '100% %s %o',
    );
    expect(read()[0]).toMatchObject({
      round: { self: '[circular]' },
      n: '10',
      at: '1970-01-01T00:00:00.000Z',
      bad: null,
      msg: '100% %s %o',
    });
  });
});

describe('secrets', () => {
  it('that are known appear nowhere in a line: not in fields, names, messages, errors or a child’s fields', () => {
    const secrets = ['s3cret-one', 's3cret-one-longer', 'with "quotes" & more', '12345678'];
    const { log, lines, read } = logged({ secrets: createSecretFinder(secrets) });
    const child = log.child({ from: 's3cret-one' });
    for (const secret of secrets) {
      child.info({ note: `a ${secret} b`, [secret]: 1, deep: [{ secret }] }, `used ${secret}`);
      child.error({ err: new Error(secret, { cause: new Error(`x${secret}x`) }) }, 'failed');
      child.info({ url: `https://acme.test/?q=${encodeURIComponent(secret)}` }, 'asked');
    }
    child.info({ number: 12345678 }, 'counted');
    for (const secret of secrets) {
      expect(lines.join('')).not.toContain(secret);
      expect(lines.join('')).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(lines.join('')).not.toContain(encodeURIComponent(secret));
    }
    expect(lines.join('')).not.toContain('-longer');
    expect(read()).toHaveLength(13);
  });

  it('that become known later are taken out from then on', () => {
    const secrets = createSecretFinder();
    const { log, read } = logged({ secrets });
    secrets.add('fresh-token');
    log.info({}, 'got fresh-token');
    expect(read()[0].msg).toBe('got [redacted]');
  });

  it('too short to be told from chance leave lines readable', () => {
    const { log, read } = logged({ secrets: createSecretFinder(['', 'a']) });
    log.info({}, 'a cat');
    expect(read()[0].msg).toBe('a cat');
  });

  it('are taken out by the name of their field, at any depth and in any spelling', () => {
    const { log, read } = logged();
    const fields = {
      authorization: 'x',
      'Set-Cookie': 'x',
      access_token: 'x',
      refreshToken: 'x',
      clientSecret: 'x',
      webhook_secret: 'x',
      password: 'x',
      credentials: { clientId: 'x' },
      'X-Api-Key': 'x',
      PARLEY_SECRET_KEY: 'x',
    };
    log.info({ ...fields, deep: { list: [fields] } }, 'all');
    const { level, time, msg, ...shown } = read()[0];
    const hidden = Object.fromEntries(Object.keys(fields).map((name) => [name, '[redacted]']));
    expect(shown).toEqual({ ...hidden, deep: { list: [hidden] } });
  });

  it('are taken out by their form', () => {
    const { log, read } = logged();
    const url = new URL('https://acme.test/v1?key=hush');
    log.info({ url, db: 'postgres://me:hush@db/parley' }, 'sent Authorization: Bearer hush-hush-hush-hush');
    expect(read()[0]).toMatchObject({
      url: 'https://acme.test/v1',
      db: 'postgres://[redacted]@db/parley',
      msg: 'sent Authorization: Bearer [redacted]',
    });
  });

  it('of people stay theirs: bodies, variables and raw payloads are withheld', () => {
    const { log, read } = logged();
    log.info({ body: 'Dear Ana', variables: { body: 'Dear Ana' }, raw: { text: 'Dear Ana' }, ruid: 'r-1' }, 'in');
    expect(read()[0]).toMatchObject({ body: '[withheld]', variables: '[withheld]', raw: '[withheld]', ruid: 'r-1' });
  });

  it('do not hide behind depth or size', () => {
    const { log, read } = logged();
    let deep: object = { password: 'x' };
    for (let level = 0; level < 50; level++) deep = { deep };
    log.info({ deep, bytes: new Uint8Array(5) }, 'deep');
    expect(JSON.stringify(read()[0])).toContain('[deep]');
    expect(read()[0].bytes).toBe('[5 bytes]');
  });
});
