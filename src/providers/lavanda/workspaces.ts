import { ProviderError } from '../../domain/errors.ts';
import type { Deps } from '../contract.ts';
import type { Ask } from './asking.ts';
import type { LavandaCredentials } from './credentials.ts';
import type { Dialect, ListSpelling } from './dialect.ts';
import { PROVIDER } from './failures.ts';
import { type ListPage, readListPage } from './lists.ts';
import type { Session } from './session.ts';
import { PAGE_SIZE } from './threads.ts';
import { wireWorkspace } from './wire.ts';

/** Which workspaces are read. */
export interface Chosen {
  readonly ids: readonly string[];
  /** Whether the client sees, or may see, others too. */
  readonly partial: boolean;
}

/** The workspaces of a client: one set of credentials may see several (L-WS). */
export interface Workspaces {
  /** Those to read, from memory unless `fresh`. Null: they cannot be told apart, so nothing is narrowed. */
  choose(dialect: Dialect, ask: Ask, fresh: boolean): Promise<Chosen | null>;
  /** What the account is called, after its workspaces. Null where they cannot be listed; named ones that cannot be seen are an error. */
  describe(dialect: Dialect, ask: Ask): Promise<{ readonly title: string | null } | null>;
}

interface Workspace {
  readonly id: string;
  readonly name: string | null;
  /** Whether it is read where nobody says which are. */
  readonly wanted: boolean;
}

const KEPT_MS = 6 * 3_600_000;

export function createWorkspaces(credentials: LavandaCredentials, session: Session, deps: Deps): Workspaces {
  const named = credentials.workspaceIds ?? null;

  const choose = (all: readonly Workspace[]): Chosen => {
    const ids = all.filter(({ wanted }) => wanted).map(({ id }) => id);
    return { ids, partial: ids.length < all.length };
  };

  return {
    async choose(dialect, ask, fresh) {
      if (named) return { ids: named, partial: true };
      const { workspaces: kept } = await session.known();
      if (!fresh && kept && deps.now().getTime() - kept.readAt.getTime() < KEPT_MS) return kept;
      const all = await readAll(dialect, ask);
      if (!all) return null;
      const chosen = choose(all);
      await session.keep({ workspaces: { ...chosen, readAt: deps.now().toISOString() } });
      return chosen;
    },

    async describe(dialect, ask) {
      const all = await readAll(dialect, ask);
      if (!all) return null;
      const unseen = named?.find((id) => !all.some((workspace) => workspace.id === id));
      if (unseen !== undefined) throw failure('forbidden', `the client does not see workspace ${unseen}`);
      return { title: titleOf(all.filter(({ id, wanted }) => (named ? named.includes(id) : wanted))) };
    },
  };
}

/** The ids to narrow a list by, or null for none. Refuses to read what was not asked for. */
export function narrowing(list: ListSpelling, chosen: Chosen | null): readonly string[] | null {
  if (!chosen) return null;
  if (list.narrow) return chosen.ids;
  if (chosen.partial) throw failure('invalid', `${list.path.join('.')} cannot be narrowed to workspaces`);
  return null;
}

/** Null where there is no such list, or it is not for this client. */
async function readAll(dialect: Dialect, ask: Ask): Promise<readonly Workspace[] | null> {
  const list = dialect.workspaces;
  if (!list) return null;
  const all: Workspace[] = [];
  const seen = new Set<string | null>();
  let after: string | null = null;
  do {
    seen.add(after);
    const page: ListPage | null = await readListPage(ask, 'workspaces', {
      list,
      window: { first: PAGE_SIZE, after },
      workspaces: null,
    }).catch(orForbidden);
    if (!page) return null;
    all.push(...page.items.flatMap((item) => workspaceOf(item) ?? []));
    after = page.next;
  } while (after !== null && !seen.has(after));
  return all;
}

function workspaceOf(item: unknown): Workspace | null {
  const wire = wireWorkspace.safeParse(item).data;
  if (!wire) return null;
  return { id: wire.id, name: wire.name, wanted: wire.status?.toUpperCase() !== 'CHURNED' && wire.demo !== true };
}

function orForbidden(error: unknown): null {
  if (error instanceof ProviderError && error.kind === 'forbidden') return null;
  throw error;
}

function titleOf(workspaces: readonly Workspace[]): string | null {
  const names = workspaces.flatMap(({ name }) => name ?? []);
  const [first] = names;
  if (first === undefined) return null;
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`;
}

function failure(kind: 'forbidden' | 'invalid', message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation: 'workspaces', kind, message, noEffect: true });
}
