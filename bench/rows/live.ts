import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';

export async function liveRows(_bench: Bench): Promise<readonly Row[]> {
  return [];
}
