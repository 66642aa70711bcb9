import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../domain/json.ts';

/** What one request is answered with, before it is wrapped. */
export interface Reply {
  readonly status: number;
  readonly data: JsonObject;
  readonly error: string | null;
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(data: JsonObject, status = 200): Reply {
  return { status, data, error: null };
}

/** A refusal. Which texts and bodies there are is documented for 401, 403, 429 and 500 alone ("Troubleshooting"). */
export function refuse(status: number, error: string): Reply {
  return { status, data: {}, error };
}

export const accessDenied = refuse(401, 'Access denied');
export const notYourProperty = refuse(403, "This account doesn't have access to this property");

/** The envelope around every answer. The shape of an error is ours: none is documented. */
export function wrap(reply: Reply, ruid: string): Response {
  const problem = (code: number, message: string): Json => ({ code, message });
  const body = {
    meta: { ruid },
    data: reply.data,
    errors: reply.error === null ? [] : [problem(reply.status, reply.error)],
    warnings: (reply.warnings ?? []).map((text) => problem(0, text)),
  };
  return Response.json(body, { status: reply.status, headers: { ...reply.headers } });
}

/** The id of the nth request: as all samples begin, 96 characters long. */
export function ruidOf(account: string, count: number): string {
  const rest = createHash('sha512').update(`${account}:${count}`).digest('base64url').slice(0, 75);
  return `UmFuZG9tSVYkc2RlIyh9Y${rest}`;
}
