/**
 * The process that holds the embedded database. Argument: the data directory. It writes one line of JSON (`Report`) when it
 * is ready or cannot be, and ends when its standard input closes: with its parent, however that ended.
 */
import { systemClock } from '../../lib/clock.ts';
import { DirectoryInUseError, holdDirectory, layout } from './directory.ts';
import { openEngine } from './engine.ts';
import type { Owner } from './lock-file.ts';
import { listen } from './socket-server.ts';

/** What the parent is told. */
export type Report =
  | { readonly kind: 'ready'; readonly owner: Owner }
  | { readonly kind: 'in-use'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

// A terminal's Ctrl-C reaches this process too; it is the parent who decides when the database is no longer needed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

try {
  await serve(process.argv[2] ?? '', process.ppid);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  report({ kind: error instanceof DirectoryInUseError ? 'in-use' : 'failed', message: reason }, () => process.exit(1));
}

async function serve(directory: string, parent: number): Promise<void> {
  const parentGone = new Promise<void>((resolve) => process.stdin.once('end', resolve).once('error', resolve).resume());
  const hold = await holdDirectory(directory, parent, systemClock);
  // Listening comes first: whoever finds the lock finds a socket that answers, if late.
  const opening = openEngine(layout(directory).database);
  // A failure is met where it is awaited, below; until then it is nobody's.
  opening.catch(() => undefined);
  const server = await listen(hold.owner.socket, opening, systemClock, endAtOnce);
  const engine = await opening;
  report({ kind: 'ready', owner: hold.owner });
  await parentGone;
  await server.close();
  await engine.close();
  await hold.release();
  process.exit(0);
}

// PGlite is gone, and so is whatever it held; what was committed is on disk.
function endAtOnce(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
  process.exit(1);
}

function report(line: Report, then?: () => void): void {
  process.stdout.write(`${JSON.stringify(line)}\n`, then);
}
