import type { Fault } from './faults.ts';

/** One request that a simulated provider was sent. */
export interface RecordedCall {
  /** What it asked for, in the simulator's names, such as `sendMessage`. */
  readonly operation: string;
  readonly at: Date;
  /** Of the answer that got back; null where none did. */
  readonly status: number | null;
  /** Conversations whose contents it read; 0 where none. */
  readonly conversationCount: number;
  /** The provider's own id of the request, where it gives one. */
  readonly requestId: string | null;
  /** The trouble it met. */
  readonly fault: Fault['kind'] | null;
}

/** Absent: any. Several operations: any of them. */
export interface CallFilter {
  readonly operation?: string | readonly string[];
  readonly status?: number | null;
}

/** Every request taken, in the order in which they were over. Those still waiting are not in it. */
export interface CallLog {
  readonly entries: readonly RecordedCall[];
  count(filter?: CallFilter): number;
  /** Forgets what was recorded. */
  reset(): void;
}

/** The host's side: also writes. */
export interface CallRecord extends CallLog {
  add(call: RecordedCall): void;
}

/** An empty log. */
export function createCallLog(): CallRecord {
  const entries: RecordedCall[] = [];
  return {
    entries,
    count: (filter = {}) => entries.filter((call) => fits(call, filter)).length,
    reset: () => {
      entries.length = 0;
    },
    add: (call) => entries.push(call),
  };
}

function fits(call: RecordedCall, { operation, status }: CallFilter): boolean {
  const named =
    operation === undefined || (typeof operation === 'string' ? [operation] : operation).includes(call.operation);
  return named && (status === undefined || call.status === status);
}
