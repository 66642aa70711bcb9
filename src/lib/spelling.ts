/** The known word that a misspelt one is closest to; undefined where none is known. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  return known.map((other) => ({ other, away: distance(word, other) })).sort((a, b) => a.away - b.away)[0]?.other;
}

/** How many letters must be put in, taken out or changed to come from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
