import type { JsonObject } from '../../domain/json.ts';
import type { Handling } from '../../simulator/host.ts';
import type { InstalledAccount, SimulatedApplication } from './simulator-application.ts';
import type { Ledger } from './simulator-ledger.ts';
import type { Notices } from './simulator-notices.ts';
import type { MessageRow } from './simulator-rows.ts';
import type { Grant } from './simulator-tokens.ts';

/** One admitted request, as far as it has been read. */
export interface Asked {
  readonly ledger: Ledger;
  readonly application: SimulatedApplication;
  readonly account: InstalledAccount;
  readonly grant: Grant;
  /** `https://host/api/v3`, as the caller sees it. */
  readonly base: string;
  /** Of the request, behind `base`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body as text. */
  readonly text: string;
  readonly handling: Handling;
  readonly office: Office;
}

/** What writing sets off. */
export interface Office {
  readonly notices: Notices;
  /** Something was done that the guide warns of. */
  warn(text: string): void;
  /** A message was taken that is meant for the guest. */
  sent(message: MessageRow): void;
}

export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The codes of the recorded errors; those never recorded are worded after them. */
export function fail(status: number, code: string, rest: JsonObject = {}): Reply {
  return { status, body: { errors: [{ code, ...rest }] } };
}

export const notFound: Reply = fail(404, 'not_found');

/** A field that is not as it should be, in Rails' words. */
export function invalid(field: string, title: string): Reply {
  return fail(422, 'validation_failed', { field, title });
}

export function isReply(value: object): value is Reply {
  return 'status' in value && 'body' in value;
}

export function may(grant: Grant, ...scopes: readonly string[]): boolean {
  return scopes.some((scope) => grant.scopes.includes(scope));
}
