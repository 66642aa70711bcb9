import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { type Engine, openEngine } from '../../src/store/embedded/engine.ts';
import { requestCode } from '../../src/store/embedded/framing.ts';
import { listen, type SocketServer } from '../../src/store/embedded/socket-server.ts';
import { temporaryDirectory } from '../helpers/database.ts';
import {
  bind,
  connectWire,
  copyData,
  copyDone,
  execute,
  flush,
  parse,
  query,
  startup,
  sync,
  type WireClient,
} from '../helpers/wire-client.ts';

describe('connections to the embedded database', () => {
  const clock = createManualClock(new Date(0));
  let directory: string;
  let engine: Engine;
  let server: SocketServer;
  let path: string;
  let ann: WireClient;
  let bob: WireClient;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    path = join(directory, '.s.PGSQL.5432');
    engine = await openEngine(join(directory, 'db'));
    server = await listen(path, Promise.resolve(engine), clock, (error) => Promise.reject(error));
  });
  afterAll(async () => {
    await server.close();
    await engine.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    ann = await connectWire(path);
    bob = await connectWire(path);
    await ann.ask(query('DROP TABLE IF EXISTS t; CREATE TABLE t (n int, word text)'));
  });

  afterEach(() => {
    ann.vanish();
    bob.vanish();
  });

  it('wait while another is inside a transaction', async () => {
    await ann.ask(query('BEGIN'));
    const count = bob.ask(query('SELECT count(*) FROM t'));
    await ann.ask(query("INSERT INTO t VALUES (1, 'a')"));
    await ann.ask(query('COMMIT'));
    expect(await count).toContain('D:1');
  });

  it('go on when one dies inside a transaction, which is undone', async () => {
    await ann.ask(query('BEGIN'));
    await ann.ask(query("INSERT INTO t VALUES (1, 'a')"));
    const count = bob.ask(query('SELECT count(*) FROM t'));
    ann.vanish();
    expect(await count).toEqual(['T', 'D:0', 'C:SELECT 1', 'Z:I']);
  });

  it('go on when one dies inside a failed transaction, and when one dies between Flush and Sync', async () => {
    await ann.ask(query('BEGIN'));
    expect(await ann.ask(query('SELECT nothing'))).toContain('Z:E');
    ann.vanish();
    expect(await bob.ask(query('SELECT 1'))).toContain('D:1');
    await bob.ask([parse('', 'SELECT 2'), flush], '1');
    const third = await connectWire(path);
    const answer = third.ask(query('SELECT 3'));
    bob.vanish();
    expect(await answer).toContain('D:3');
    third.vanish();
  });

  it('go on when one stays idle in a transaction for a minute', async () => {
    await ann.ask(query('BEGIN'));
    const answer = bob.ask(query('SELECT 1'));
    clock.advance(60_000);
    expect(await ann.closed()).toEqual(['E:25P03']);
    expect(await answer).toContain('D:1');
  });

  it('may use the same statement name for different statements', async () => {
    await ann.ask([parse('same', "SELECT 'of ann'"), sync]);
    await bob.ask([parse('same', "SELECT 'of bob'"), sync]);
    expect(await ann.ask([bind('same'), execute, sync])).toContain('D:of ann');
    expect(await bob.ask([bind('same'), execute, sync])).toContain('D:of bob');
    expect(await ann.ask([parse('same', 'SELECT 1'), sync])).toEqual(['E:42P05', 'Z:I']);
  });

  it('leave no prepared statement behind', async () => {
    await ann.ask([parse('kept', 'SELECT 1'), sync]);
    ann.vanish();
    await bob.ask(query('SELECT 1'));
    expect(await bob.ask(query('SELECT count(*) FROM pg_prepared_statements'))).toContain('D:0');
  });

  it('keep their unnamed statement while others use theirs', async () => {
    await ann.ask([parse('', "SELECT 'of ann'"), sync]);
    await bob.ask([parse('', "SELECT 'of bob'"), bind(''), execute, sync]);
    expect(await ann.ask([bind(''), execute, sync])).toEqual(['2', 'D:of ann', 'C:SELECT 1', 'Z:I']);
  });

  it('get what they asked for at Flush, and keep the turn until Sync', async () => {
    expect(await ann.ask([parse('', "INSERT INTO t VALUES (1, 'a')"), flush], '1')).toEqual(['1']);
    const count = bob.ask(query('SELECT count(*) FROM t'));
    expect(await ann.ask([bind(''), execute, sync])).toEqual(['2', 'C:INSERT 0 1', 'Z:I']);
    expect(await count).toContain('D:1');
  });

  it('copy rows in and out', async () => {
    expect(await ann.ask(query('COPY t FROM STDIN'), 'G')).toEqual(['G']);
    expect(await bob.ask(query('SELECT count(*) FROM t'))).toContain('D:0');
    expect(await ann.ask([copyData('1\ta\n'), copyData('2\tb\n'), copyDone])).toEqual(['C:COPY 2', 'Z:I']);
    expect(await bob.ask(query('COPY t TO STDOUT'))).toEqual(['H', 'd', 'd', 'c', 'C:COPY 2', 'Z:I']);
  });

  it('are refused a COPY that is hidden among other statements, and live on', async () => {
    expect(await ann.ask(query('SELECT 1; COPY t FROM STDIN'))).toContain('E:57014');
    expect(await ann.ask([parse('', 'COPY t FROM STDIN'), bind(''), execute, sync])).toContain('E:57014');
    expect(await ann.ask(query('SELECT 1'))).toContain('D:1');
    expect(await ann.ask(query("SELECT 'copy', 'stdin'"))).toEqual(['T', 'D:copy|stdin', 'C:SELECT 1', 'Z:I']);
  });

  it('get many answers in the order of their questions', async () => {
    const units = Array.from({ length: 20 }, (_, n) => [parse('', `SELECT ${n}`), bind(''), execute, sync]).flat();
    ann.send(units);
    expect(await ann.ask(query("SELECT 'last'"))).toContain('Z:I');
    expect(await bob.ask(query(`SELECT length(repeat('x', 1000000)), repeat('y', 3000000)`))).toHaveLength(4);
  });

  it('are told that there is no encryption, and may cancel in vain', async () => {
    const secure = new pg.Client({ host: directory, ssl: true });
    await expect(secure.connect()).rejects.toThrow('does not support SSL');
    const third = await connectWire(path, false);
    third.send(startup(requestCode.cancel));
    expect(await third.closed()).toEqual([]);
  });

  it('are closed when they do not speak the protocol, without harm to others', async () => {
    const answer = ann.ask(Buffer.from('y\0\0\0\x04'), 'E');
    expect(await answer).toEqual(['E:08P01']);
    const third = await connectWire(path, false);
    third.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(await third.closed()).toEqual(['E:08P01']);
    expect(await bob.ask(query('SELECT 1'))).toContain('D:1');
  });
});
