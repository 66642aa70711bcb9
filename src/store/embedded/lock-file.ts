import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Who holds a data directory. */
export interface Owner {
  /** The process that has the database open. */
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot: a pid alone is given out again. Null where the system does not tell. */
  readonly startedAt: string | null;
  /** The server that started it. */
  readonly parent: number;
  /** The path of the socket that it listens on. */
  readonly socket: string;
}

/** This process as an owner. */
export function self(parent: number, socket: string): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), parent, socket };
}

/** Writes the lock file in one step: it is never seen half written. */
export async function writeLock(path: string, owner: Owner): Promise<void> {
  const draft = `${path}.${owner.pid}`;
  await writeFile(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** What the lock file says, or null where there is none. Its owner may be long gone. */
export async function readLock(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Takes the lock file away. */
export async function removeLock(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Whether the very process that wrote the lock file still runs, as far as can be seen from this one's process ids. */
export function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(owner.pid) === owner.startedAt;
}

// Field 22 of /proc/<pid>/stat; the second field is a name in brackets that may hold blanks and brackets (proc(5)).
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
