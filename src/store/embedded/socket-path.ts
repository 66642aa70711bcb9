import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

// A unix socket's path has room for 104 bytes on macOS and 108 on Linux, the closing zero among them.
const LONGEST = 100;
// PostgreSQL's own name, so that its clients take the directory as their host.
const NAME = '.s.PGSQL.5432';
const TEMPORARY_PREFIX = 'parley-socket-';

/** A path for the socket of the data directory `root`: inside it, or in a new short temporary directory where that is too long. */
export async function createSocketPath(root: string): Promise<string> {
  const near = join(root, NAME);
  if (Buffer.byteLength(near) <= LONGEST) return near;
  const usual = join(tmpdir(), TEMPORARY_PREFIX);
  const full = join(`${usual}XXXXXX`, NAME);
  return join(await mkdtemp(Buffer.byteLength(full) <= LONGEST ? usual : `/tmp/${TEMPORARY_PREFIX}`), NAME);
}

/** Removes the socket, and the temporary directory made for it. */
export async function removeSocketPath(path: string): Promise<void> {
  const directory = dirname(path);
  if (basename(path) !== NAME) return;
  await rm(path, { force: true });
  if (basename(directory).startsWith(TEMPORARY_PREFIX)) await rm(directory, { recursive: true, force: true });
}
