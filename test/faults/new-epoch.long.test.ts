import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { temporaryDirectory } from '../helpers/database.ts';
import { follow } from '../helpers/follower.ts';
import { type ServerProcess, startServer } from '../helpers/server-process.ts';

/*
 * Numbers that mean something else, as a person meets them: a server and a command line, processes of their own.
 */

const run = promisify(execFile);

async function directory(): Promise<string> {
  const made = await temporaryDirectory();
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** A data directory with two tenants, each with a token. */
async function estate() {
  const dataDir = await directory();
  const db = await openFromTemplate({ dataDir, clock: systemClock });
  const tokenOf = async (name: string): Promise<string> => {
    const { id } = await ensureTenant(db, name, systemClock.now());
    return createToken(db, id, { name: 'test', scopes: allScopes, now: systemClock.now() });
  };
  const tokens = { acme: await tokenOf('acme'), rival: await tokenOf('rival') };
  await db.close();
  return { dataDir, tokens };
}

const start = (dataDir: string) => startServer({ PARLEY_DATA_DIR: dataDir, LOG_LEVEL: 'info' });

async function stop({ child, ended }: ServerProcess): Promise<void> {
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

async function ask({ url }: ServerProcess, token: string, query: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = (await answer.json()) as { data?: object; errors?: { extensions: { code: string } }[] };
  return errors ? errors[0]?.extensions.code : Object.values(data ?? {})[0];
}

async function head(server: ServerProcess, token: string): Promise<string> {
  return String(await ask(server, token, '{ eventCursor }'));
}

const resume = (server: ServerProcess, token: string, cursor: string) =>
  ask(server, token, `{ events(after: "${cursor}") { hasMore } }`);

const good = { hasMore: false };

function newEpoch(dataDir: string, ...args: readonly string[]) {
  const env = { ...process.env, PARLEY_DATA_DIR: dataDir };
  return run(process.execPath, ['scripts/new-epoch.ts', ...args], { env });
}

describe('db:new-epoch', () => {
  it('while the server runs, has cursors and subscriptions from before told, and says so in a line', async () => {
    const { dataDir, tokens } = await estate();
    const server = await start(dataDir);
    const cursor = await head(server, tokens.acme);
    expect(await resume(server, tokens.acme, cursor)).toEqual(good);
    const follower = follow(server.url, tokens.acme, { after: cursor });
    const refusal = follower.has(1).catch((error: unknown) => String(error));
    await follower.connected;
    const { stdout } = await newEpoch(dataDir);
    expect(stdout).toBe('a new epoch for 2 tenants: whoever comes with an older cursor is told to read anew\n');
    expect(await resume(server, tokens.acme, cursor)).toBe('RESYNC_REQUIRED');
    expect(await refusal).toContain('RESYNC_REQUIRED');
    expect(await resume(server, tokens.acme, await head(server, tokens.acme))).toEqual(good);
  });

  it('is of one tenant alone where it is named, and of none where there is no such', async () => {
    const { dataDir, tokens } = await estate();
    const server = await start(dataDir);
    const [acme, rival] = [await head(server, tokens.acme), await head(server, tokens.rival)];
    expect((await newEpoch(dataDir, '--tenant', 'acme')).stdout).toContain('a new epoch for acme:');
    await expect(newEpoch(dataDir, '--tenant', 'nobody')).rejects.toMatchObject({ code: 1, stdout: '' });
    expect(await resume(server, tokens.acme, acme)).toBe('RESYNC_REQUIRED');
    expect(await resume(server, tokens.rival, rival)).toEqual(good);
  });
});

it('a server that is started again takes its cursors, one that is started on a copy tells them, and goes on', async () => {
  const { dataDir, tokens } = await estate();
  const first = await start(dataDir);
  const cursor = await head(first, tokens.acme);
  await stop(first);
  const second = await start(dataDir);
  expect(await resume(second, tokens.acme, cursor)).toEqual(good);
  await stop(second);
  const copied = await directory();
  await cp(dataDir, copied, { recursive: true, preserveTimestamps: true });
  const third = await start(copied);
  expect(await resume(third, tokens.acme, cursor)).toBe('RESYNC_REQUIRED');
  const fresh = await head(third, tokens.acme);
  expect(await resume(third, tokens.acme, fresh)).toEqual(good);
  await stop(third);
  const fourth = await start(copied);
  expect(await resume(fourth, tokens.acme, fresh)).toEqual(good);
});
