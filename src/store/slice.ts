/** A place in a list that is ordered newest first: by `at`, then by id, both falling. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** Which part of a list is asked for. Bounds are exclusive, and both may be given. */
export interface SliceRequest {
  /** Rows at most; at least 1. */
  readonly limit: number;
  /** Only what comes after this place: older rows. */
  readonly after: Position | null;
  /** Only what comes before this place: newer rows. */
  readonly before: Position | null;
  /** Whether the first rows between the bounds are wanted, or the last. */
  readonly from: 'start' | 'end';
}

/** A part of a list. */
export interface Slice<Row> {
  /** In the list's order, newest first, whichever end was asked for. */
  readonly rows: readonly Row[];
  /** Whether there is more between the bounds, beyond the limit, in the direction walked. */
  readonly hasMore: boolean;
}

/** Makes the slice out of rows read in walking order, one more than the limit where there are as many. */
export function cutSlice<Row>(walked: readonly Row[], request: SliceRequest): Slice<Row> {
  const rows = walked.slice(0, request.limit);
  return { rows: request.from === 'end' ? rows.reverse() : rows, hasMore: walked.length > request.limit };
}
