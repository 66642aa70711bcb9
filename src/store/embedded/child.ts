import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DirectoryInUseError } from './directory.ts';
import type { Owner } from './lock-file.ts';
import type { Report } from './process.ts';

/** The embedded database, running in a process of its own so that a slow query never stalls the sockets. */
export interface EmbeddedServer {
  readonly owner: Owner;
  /** Ends the process, having written what it holds. */
  close(): Promise<void>;
}

/**
 * Starts the embedded database of the data directory; it ends with this process. Throws `DirectoryInUseError` where another
 * process has it. `lost` is told when it ends without having been asked to.
 */
export async function startEmbedded(directory: string, lost: (error: Error) => void): Promise<EmbeddedServer> {
  const child = spawn(
    process.execPath,
    // Node 24 warns that its SQLite is new.
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./process.ts', import.meta.url)), directory],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const words = lastWords(child);
  const report = await firstReport(child);
  if (report?.kind !== 'ready') {
    child.stdin.end();
    await ended;
    if (report?.kind === 'in-use') throw new DirectoryInUseError(report.message);
    throw new Error(`the embedded database did not start: ${report?.message ?? words()}`);
  }
  let closing = false;
  void ended.then(([code, signal]) => {
    if (!closing) lost(new Error(`the embedded database ended (${signal ?? code}): ${words()}`));
  });
  return {
    owner: report.owner,
    async close() {
      closing = true;
      child.stdin.end();
      await ended;
    },
  };
}

type PipedChild = ChildProcess & ReturnType<typeof spawn>;

async function firstReport(child: PipedChild): Promise<Report | null> {
  if (!child.stdout) return null;
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  return null;
}

/** The end of what the process wrote to its error output. */
function lastWords(child: PipedChild): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    words = (words + chunk).slice(-2_000);
  });
  return () => words.trim();
}
