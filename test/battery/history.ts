/** One line of a journal, as a driver or a simulated provider wrote it. */
export interface Entry {
  /** Milliseconds, of the one who wrote it. */
  readonly t: number;
  /** Who wrote it. */
  readonly proc: string;
  /** `put`: something was handed over; `take`: somebody saw it arrive. */
  readonly op: 'put' | 'take';
  /** A put is invoked, then ok (promised), fail (refused) or info (nobody knows); a take is ok. */
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  /** What it is about. */
  readonly key: string;
  readonly value?: Place;
}

export interface Place {
  /** What it is in order with: a conversation, say. */
  readonly within?: string;
  /** Its rank there, in the order of puts. */
  readonly rank?: number;
  /** Its number in a feed without holes. */
  readonly seq?: number;
}

/** What is wrong with a history: keys, each with the observer who saw it so. All are empty where nothing is. */
export interface Findings {
  /** Promised, and never seen. */
  readonly lost: readonly string[];
  /** Seen more than once. */
  readonly doubled: readonly string[];
  /** Seen, and never handed over, or refused. */
  readonly unexpected: readonly string[];
  /** Seen after what came later. */
  readonly disordered: readonly string[];
  /** Numbered with a hole before it. */
  readonly gaps: readonly string[];
}

/** Holds what each of the observers took against what was put. An observer who took nothing has lost everything. */
export function check(history: readonly Entry[], observers: readonly string[]): Findings {
  const puts = new Map<string, Entry['type']>();
  for (const { op, type, key } of history) if (op === 'put') puts.set(key, later(puts.get(key), type));
  const all = observers.map((observer) => {
    const takes = history.filter(({ op, proc }) => op === 'take' && proc === observer);
    return named(observer, observe(puts, takes));
  });
  return {
    lost: all.flatMap(({ lost }) => lost),
    doubled: all.flatMap(({ doubled }) => doubled),
    unexpected: all.flatMap(({ unexpected }) => unexpected),
    disordered: all.flatMap(({ disordered }) => disordered),
    gaps: all.flatMap(({ gaps }) => gaps),
  };
}

/** Nothing is wrong. */
export const nothingWrong: Findings = { lost: [], doubled: [], unexpected: [], disordered: [], gaps: [] };

/** What is wrong with either of two histories. */
export function both(a: Findings, b: Findings): Findings {
  return {
    lost: [...a.lost, ...b.lost],
    doubled: [...a.doubled, ...b.doubled],
    unexpected: [...a.unexpected, ...b.unexpected],
    disordered: [...a.disordered, ...b.disordered],
    gaps: [...a.gaps, ...b.gaps],
  };
}

/** What was promised once stays promised: its copies may well have been refused. */
function later(known: Entry['type'] | undefined, type: Entry['type']): Entry['type'] {
  const strength = { invoke: 0, info: 1, fail: 2, ok: 3 };
  return known !== undefined && strength[known] > strength[type] ? known : type;
}

function observe(puts: ReadonlyMap<string, Entry['type']>, takes: readonly Entry[]): Findings {
  const seen = new Set<string>();
  const doubled: string[] = [];
  const disordered: string[] = [];
  const gaps: string[] = [];
  const ranks = new Map<string, number>();
  let last: number | null = null;
  for (const { key, value: { within, rank, seq } = {} } of takes) {
    if (seen.has(key)) doubled.push(key);
    seen.add(key);
    if (within !== undefined && rank !== undefined) {
      if (rank < (ranks.get(within) ?? rank)) disordered.push(key);
      ranks.set(within, rank);
    }
    if (seq === undefined) continue;
    if (last !== null && seq !== last + 1) gaps.push(key);
    last = seq;
  }
  return {
    lost: [...puts].flatMap(([key, type]) => (type === 'ok' && !seen.has(key) ? key : [])),
    doubled,
    unexpected: [...seen].filter((key) => !puts.has(key) || puts.get(key) === 'fail'),
    disordered,
    gaps,
  };
}

function named(observer: string, findings: Findings): Findings {
  const name = (keys: readonly string[]) => keys.map((key) => `${observer}: ${key}`);
  const { lost, doubled, unexpected, disordered, gaps } = findings;
  return {
    lost: name(lost),
    doubled: name(doubled),
    unexpected: name(unexpected),
    disordered: name(disordered),
    gaps: name(gaps),
  };
}
