import type { Failure } from '../domain/account.ts';
import type { AttemptOutcome, DeliveryEvidence, DeliveryState } from '../domain/delivery.ts';
import type { MessageId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { failureFromJson } from './rows.ts';
import type { TenantScope } from './scope.ts';
import { type Cell, groupUp, moment, readRows, toDate, toDateOrNull } from './statement.ts';

/** Where a message that we were asked to send stands. */
export interface Delivery {
  readonly state: DeliveryState;
  readonly evidence: DeliveryEvidence | null;
  /** Why it is not out, as last heard. */
  readonly error: Failure | null;
  /** Given up without knowing whether it went out: a person should look. */
  readonly needsAttention: boolean;
  /** Oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** One try at the provider. */
export interface DeliveryAttempt {
  /** From 1. */
  readonly number: number;
  readonly startedAt: Date;
  /** Null while it is under way, or where its process died with it. */
  readonly endedAt: Date | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: Failure | null;
}

/** Slot i answers message i; null where we were not asked to send it, or it is unknown or foreign. One statement. */
export async function deliveries(
  db: Database,
  scope: TenantScope,
  messageIds: readonly MessageId[],
): Promise<readonly (Delivery | null)[]> {
  if (messageIds.length === 0) return [];
  const rows = await readRows<DeliveryCells>(db, {
    name: 'deliveries',
    text: statement,
    values: [scope.tenantId, messageIds],
  });
  return groupUp(messageIds, rows, (cells) => cells[0]).map(toDelivery);
}

type DeliveryCells = [
  messageId: string,
  state: string,
  evidence: Cell,
  error: Cell,
  needsAttention: string,
  number: Cell,
  startedAt: Cell,
  endedAt: Cell,
  outcome: Cell,
  attemptError: Cell,
];

const statement = `SELECT o.message_id, o.state, o.evidence, o.error, o.needs_attention,
    a.number, ${moment('a.started_at')}, ${moment('a.ended_at')}, a.outcome, a.error
  FROM outbox o
  LEFT JOIN attempt a ON a.tenant_id = o.tenant_id AND a.message_id = o.message_id
  WHERE o.tenant_id = $1 AND o.message_id = ANY($2::text[])
  ORDER BY o.message_id, a.number`;

function toDelivery(rows: readonly DeliveryCells[]): Delivery | null {
  const first = rows[0];
  if (!first) return null;
  const [, state, evidence, error, needsAttention] = first;
  return {
    state: state as DeliveryState,
    evidence: evidence as DeliveryEvidence | null,
    error: readFailure(error),
    needsAttention: needsAttention === 't',
    attempts: rows.flatMap(toAttempt),
  };
}

function toAttempt([, , , , , number, startedAt, endedAt, outcome, error]: DeliveryCells): readonly DeliveryAttempt[] {
  if (number === null || startedAt === null) return [];
  return [
    {
      number: Number(number),
      startedAt: toDate(startedAt),
      endedAt: toDateOrNull(endedAt),
      outcome: outcome as AttemptOutcome | null,
      error: readFailure(error),
    },
  ];
}

function readFailure(cell: Cell): Failure | null {
  return cell === null ? null : failureFromJson(JSON.parse(cell));
}
