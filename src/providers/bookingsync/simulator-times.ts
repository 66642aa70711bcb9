/** A time as attributes tell it: whole seconds. */
export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

export function timeOrNull(time: Date | null): string | null {
  return time && timeText(time);
}

/** A time as the synchronisation header tells it. */
export function headerTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A time in either of the two forms; null where it is none. */
export function readTime(text: string): Date | null {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z| UTC|\+00:00)$/.exec(text);
  const time = parts ? new Date(`${parts[1]}T${parts[2]}Z`) : null;
  return time && !Number.isNaN(time.getTime()) ? time : null;
}
