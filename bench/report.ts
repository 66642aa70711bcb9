/** A figure beside what it is held against, both measured in the same run. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** What it is held against, in words. */
  readonly against: string;
  readonly theirs: number;
  /** What `ours / theirs` is held to. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  /** More about the same measurement. */
  readonly notes?: readonly string[];
}

/** Whether the ratio is within its target. */
export function isMet({ ours, theirs, target }: Row): boolean {
  const ratio = ours / theirs;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

/** One row for people: what, ours, theirs, ratio, target, met or MISSED. */
export function inWords(row: Row): string {
  const { what, unit, ours, against, theirs, target, notes = [] } = row;
  const bound = 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
  const figures = `${short(ours)} ${unit} against ${short(theirs)} (${against})`;
  const verdict = `${(ours / theirs).toFixed(2)} ×, target ${bound} ×: ${isMet(row) ? 'met' : 'MISSED'}`;
  return [`${what}\n    ${figures}\n    ${verdict}`, ...notes].join('\n    ');
}

/** All rows as one table. */
export function inTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${short(row.ours)} ${row.unit}`,
    short(row.theirs),
    `${(row.ours / row.theirs).toFixed(2)} ×`,
    'atLeast' in row.target ? `≥ ${row.target.atLeast} ×` : `≤ ${row.target.atMost} ×`,
    isMet(row) ? 'met' : 'MISSED',
  ]);
  const lines = [['figure', 'ours', 'floor or peer', 'ratio', 'target', ''], ...cells];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
