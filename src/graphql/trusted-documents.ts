import { type ClientErrorCode, clientError } from './errors.ts';
import type { Params } from './request-body.ts';

/** The documents that may run, by the SHA-256 of their text in lower-case hex. */
export type Manifest = ReadonlyMap<string, string>;

/** Finds the document that an operation names. Nothing is ever taken into the list from a client. */
export interface TrustedDocuments {
  /** The same parameters with the document in them. Throws a client error where it may not run. */
  resolve(params: Params): Params;
}

/** Null: there is no list, and every document may run. */
export function createTrustedDocuments(manifest: Manifest | null): TrustedDocuments {
  const texts = new Set(manifest?.values());
  return {
    resolve(params) {
      // What has another shape is refused by whoever executes it.
      if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
      const { documentId, ...others } = params;
      const text = params['query'] || undefined;
      const id = idIn(documentId, params['extensions']);
      if (!manifest) {
        if (id !== null && text === undefined) throw notKept(documentId === undefined);
        return others;
      }
      if (id === null) {
        if (typeof text === 'string' && texts.has(text)) return others;
        throw refused('Only the documents of this server’s own list run here. Name one by its documentId.');
      }
      const query = manifest.get(id);
      if (query === undefined) throw refused('There is no document with this id in the server’s list.');
      if (text !== undefined && text !== query) throw refused('The document is not the one that its id names.');
      return { ...others, query };
    },
  };
}

/** As the appendix of GraphQL over HTTP has it, or as Apollo's clients send it; null where none is named. */
function idIn(documentId: unknown, extensions: unknown): string | null {
  if (documentId !== undefined) return typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : '';
  const persisted = fieldOf(extensions, 'persistedQuery');
  if (persisted === undefined) return null;
  const hash = fieldOf(persisted, 'sha256Hash');
  return fieldOf(persisted, 'version') === 1 && typeof hash === 'string' ? hash : '';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function refused(message: string): Error {
  return error('FORBIDDEN', message, 403, 'DOCUMENT_NOT_TRUSTED');
}

/** Apollo's clients know these very words, and send the whole document then. */
function notKept(apollo: boolean): Error {
  const words = apollo
    ? 'PersistedQueryNotSupported'
    : 'This server keeps no list of documents. Send the query itself.';
  return error('BAD_USER_INPUT', words, 400, 'NO_TRUSTED_DOCUMENTS');
}

function error(code: ClientErrorCode, message: string, status: number, reason: string): Error {
  return clientError(code, message, { reason, http: { status } });
}
