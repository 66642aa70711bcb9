import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, sleep } from '../../lib/clock.ts';
import { isAlive, type Owner, readLock, removeLock, self, writeLock } from './lock-file.ts';
import { createSocketPath, removeSocketPath } from './socket-path.ts';

/** The parts of a data directory. */
export interface Layout {
  readonly root: string;
  /** PGlite's own. */
  readonly database: string;
  readonly guard: string;
  readonly lock: string;
}

/** A data directory that is ours until `release`, or until this process ends in whatever way. */
export interface Hold {
  readonly owner: Owner;
  release(): Promise<void>;
}

/** The directory is another's, who did not leave in time. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;
const SQLITE_BUSY = 5;

/** Where things are in the data directory. */
export function layout(directory: string): Layout {
  const root = resolve(directory);
  return { root, database: join(root, 'db'), guard: join(root, 'db.guard'), lock: join(root, 'db.lock') };
}

/**
 * Takes the directory, waiting up to 5 s for an owner that is going. Throws `DirectoryInUseError`, naming the owner.
 *
 * The guard decides: a SQLite file locked by the kernel, so two can never win and a dead owner's lock is free at once, also
 * between containers that share the directory but not their process ids. The lock file tells who it is and where it listens.
 */
export async function holdDirectory(directory: string, parent: number, clock: Clock): Promise<Hold> {
  const paths = layout(directory);
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  const guard = await takeGuard(paths, clock);
  const before = await readLock(paths.lock);
  if (before) await removeSocketPath(before.socket);
  const owner = self(parent, await createSocketPath(paths.root));
  await writeLock(paths.lock, owner);
  return {
    owner,
    async release() {
      await removeSocketPath(owner.socket);
      await removeLock(paths.lock);
      guard.close();
    },
  };
}

async function takeGuard(paths: Layout, clock: Clock): Promise<DatabaseSync> {
  const deadline = clock.monotonic() + WAIT_MS;
  const guard = new DatabaseSync(paths.guard);
  while (!tryLock(guard)) {
    if (clock.monotonic() >= deadline) {
      guard.close();
      throw new DirectoryInUseError(`${paths.root} is in use by ${describe(await readLock(paths.lock))}`);
    }
    await sleep(clock, LOOK_EVERY_MS);
  }
  return guard;
}

function tryLock(guard: DatabaseSync): boolean {
  try {
    guard.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}

function describe(owner: Owner | null): string {
  if (!owner || !isAlive(owner)) return 'a process that cannot be seen from here';
  return `process ${owner.parent} (its database is process ${owner.pid})`;
}
