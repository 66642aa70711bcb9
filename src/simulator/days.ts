/** A day in milliseconds. */
export const dayMs = 86_400_000;

/** The calendar day in UTC, `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
