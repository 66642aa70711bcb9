const DAY_MS = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

let knownDay = Number.NaN;
let knownPrefix = '';

/**
 * A moment as `toISOString` writes it, `2026-03-02T09:14:05.000Z`. An inbox has two thousand of them, mostly of few days: with the day's
 * part remembered this takes a third of the time.
 */
export function momentText(moment: Date): string {
  const ms = moment.getTime();
  const day = Math.floor(ms / DAY_MS);
  if (day !== knownDay) {
    // Throws a RangeError for what is no moment at all, as toISOString does.
    knownPrefix = new Date(day * DAY_MS).toISOString().slice(0, -13);
    knownDay = day;
  }
  const inDay = ms - day * DAY_MS;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${knownPrefix}${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${threeDigits[inDay % 1000]}Z`;
}
