import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { OperationOutcome, Telemetry } from '../telemetry/contract.ts';
import { onTrail, type Trail } from '../telemetry/trail.ts';

/** Sees operations from when they come in until they are answered: a line in the log, a figure and a span for each. */
export interface OperationWatch {
  begin(arrival: Arrival): Sighting;
}

/** What a caller's request says of itself. None of it is believed to be well-formed. */
export interface Arrival {
  readonly requestId: string | null;
  /** W3C Trace Context. */
  readonly traceparent: string | null;
}

/** One operation, as it is seen. Told of once, however it ends. */
export interface Sighting {
  readonly requestId: string;
  /** By which token; null where it came by something that may be a person. */
  by(tokenId: string | null): void;
  costs(cost: number): void;
  /** Executes it. A subscription has been answered when it has begun. */
  execute<Answer extends object>(asked: Asked, work: () => Promise<Answer>): Promise<Answer>;
  /** What it was answered where it never came to be executed. */
  saw(result: object): void;
  /** It has been answered, with that status where it has one. */
  end(status?: number): void;
}

export interface Asked {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
}

export interface WatchParts {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Log;
}

const wellFormedId = /^[\w.-]{1,64}$/;
const NAME_CHARACTERS = 100;
const MOST_CODES = 5;

export function createOperationWatch(parts: WatchParts): OperationWatch {
  return { begin: (arrival) => new Seen(parts, arrival) };
}

class Seen implements Sighting {
  readonly requestId: string;
  readonly #parts: WatchParts;
  readonly #traceparent: string | null;
  readonly #began: number;
  readonly #trail: Trail;
  #tokenId: string | null = null;
  #cost: number | undefined;
  #name: string | null = null;
  #kind = 'unknown';
  #codes: readonly string[] = [];
  #outcome: OperationOutcome = 'refused';
  #ended = false;

  constructor(parts: WatchParts, { requestId, traceparent }: Arrival) {
    this.#parts = parts;
    this.#began = parts.clock.monotonic();
    this.#traceparent = traceparent;
    this.requestId = requestId !== null && wellFormedId.test(requestId) ? requestId : crypto.randomUUID();
    this.#trail = { requestId: this.requestId, upstream: [] };
  }

  by(tokenId: string | null): void {
    this.#tokenId = tokenId;
  }

  costs(cost: number): void {
    this.#cost = cost;
  }

  execute<Answer extends object>({ document, operationName }: Asked, work: () => Promise<Answer>): Promise<Answer> {
    const operation = getOperationAST(document, operationName);
    this.#name = operation?.name?.value.slice(0, NAME_CHARACTERS) ?? null;
    this.#kind = operation?.operation ?? 'unknown';
    const seen = async (): Promise<Answer> => {
      this.#outcome = 'failed';
      const answer = await work();
      this.#judge(answer);
      return answer;
    };
    return onTrail(this.#trail, () => (this.#parts.telemetry.tracing.on ? this.#traced(seen) : seen()));
  }

  saw(result: object): void {
    if (!this.#ended && this.#kind === 'unknown') this.#judge(result);
  }

  end(status = 200): void {
    if (this.#ended) return;
    this.#ended = true;
    if (status >= 500) this.#outcome = 'failed';
    const ms = this.#parts.clock.monotonic() - this.#began;
    this.#parts.telemetry.meters.operation({ kind: this.#kind, outcome: this.#outcome, ms });
    if (this.#parts.log.says('info')) this.#parts.log.info(this.#line(ms), 'an operation was answered');
  }

  #traced<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const name = this.#name === null ? this.#kind : `${this.#kind} ${this.#name}`;
    const facts = { 'graphql.operation.type': this.#kind, 'parley.request_id': this.requestId };
    const parent = { traceparent: this.#traceparent };
    return this.#parts.telemetry.tracing.span({ name, kind: 'server', parent, facts }, async (span) => {
      const answer = await work();
      span.tell({ 'parley.outcome': this.#outcome });
      if (this.#outcome !== 'ok') span.fail(this.#codes[0] ?? this.#outcome);
      return answer;
    });
  }

  #judge(answer: object): void {
    const { errors = [] } = answer as ExecutionResult;
    this.#codes = [...new Set(errors.map(({ extensions }) => String(extensions?.['code'] ?? 'UNKNOWN')))].slice(
      0,
      MOST_CODES,
    );
    this.#outcome = outcomeOf(answer, this.#codes);
  }

  /** Who, what and how it went: nothing of what was asked or answered. */
  #line(ms: number): object {
    return {
      requestId: this.requestId,
      operation: this.#name,
      kind: this.#kind,
      outcome: this.#outcome,
      ...(this.#codes.length > 0 && { codes: this.#codes }),
      ms: Math.round(ms * 10) / 10,
      ...(this.#cost !== undefined && { cost: this.#cost }),
      ...(this.#tokenId !== null && { tokenId: this.#tokenId }),
      ...(this.#trail.upstream.length > 0 && { upstream: this.#trail.upstream }),
    };
  }
}

function outcomeOf(answer: object, codes: readonly string[]): OperationOutcome {
  if (codes.length === 0) return 'ok';
  if (!('data' in answer)) return codes.includes('INTERNAL_SERVER_ERROR') ? 'failed' : 'refused';
  return answer.data === null ? 'failed' : 'partial';
}
