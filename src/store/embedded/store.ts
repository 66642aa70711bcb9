import { connect } from 'node:net';
import { startEmbedded } from './child.ts';
import { DirectoryInUseError, layout } from './directory.ts';
import { readLock } from './lock-file.ts';

/** The embedded database of a data directory. */
export interface EmbeddedStore {
  readonly socket: string;
  /** True where another process started it. */
  readonly attached: boolean;
  close(): Promise<void>;
}

/**
 * Starts the data directory's database or, with `attach`, uses the one that a server has running there. `lost` is told when
 * a started one ends by itself.
 */
export async function openEmbedded(
  directory: string,
  attach: boolean,
  lost: (error: Error) => void,
): Promise<EmbeddedStore> {
  const running = attach ? await attachTo(directory) : null;
  if (running) return running;
  try {
    const server = await startEmbedded(directory, lost);
    return { socket: server.owner.socket, attached: false, close: server.close };
  } catch (error) {
    // A server that took the directory in the meantime.
    const late = attach && error instanceof DirectoryInUseError ? await attachTo(directory) : null;
    if (late) return late;
    throw error;
  }
}

async function attachTo(directory: string): Promise<EmbeddedStore | null> {
  const owner = await readLock(layout(directory).lock);
  if (!owner || !(await answers(owner.socket))) return null;
  return { socket: owner.socket, attached: true, close: () => Promise.resolve() };
}

// The kernel answers for a server that is busy; after its end nobody does.
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}
