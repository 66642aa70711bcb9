import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type GraphQLError, parse, validate } from 'graphql';
import { ConfigError } from './config.ts';
import { DocumentCapsRule } from './graphql/document-rules.ts';
import { schema } from './graphql/schema.ts';
import type { Manifest } from './graphql/trusted-documents.ts';

/**
 * Reads a list of documents: a JSON object of texts by their SHA-256, as Relay's and Apollo's tools write it. A list with anything
 * wrong in it is refused, with everything that is wrong.
 */
export async function readTrustedDocuments(path: string): Promise<Manifest> {
  const entries = Object.entries(await readObject(path));
  const manifest = new Map<string, string>();
  const problems = entries.flatMap(([key, text]) => {
    const hash = key.replace(/^sha256:/, '').toLowerCase();
    const problem = problemOf(hash, text);
    if (problem === null) manifest.set(hash, String(text));
    return problem === null ? [] : [`${key.slice(0, 16)}… ${problem}`];
  });
  if (entries.length === 0) throw fault('names a file without a document in it');
  if (problems.length > 0)
    throw fault(`names a file with documents that cannot be used:\n    ${problems.join('\n    ')}`);
  return manifest;
}

async function readObject(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw fault(`names ${path}, which cannot be read`);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, without what stands in it.
  }
  throw fault(`names ${path}, which is no JSON object of documents by their SHA-256`);
}

function problemOf(hash: string, text: unknown): string | null {
  if (typeof text !== 'string') return 'is no text';
  if (createHash('sha256').update(text).digest('hex') !== hash) return 'is not the SHA-256 of its document';
  const [error] = errorsOf(text);
  return error ? `does not fit the schema: ${error.message}` : null;
}

function errorsOf(text: string): readonly GraphQLError[] {
  try {
    const document = parse(text);
    const tooLarge = validate(schema, document, [DocumentCapsRule]);
    return tooLarge.length > 0 ? tooLarge : validate(schema, document);
  } catch (error) {
    return [error as GraphQLError];
  }
}

function fault(problem: string): ConfigError {
  return new ConfigError([{ variable: 'PARLEY_TRUSTED_DOCUMENTS', problem }]);
}
