import type { Sample } from '../target.ts';

/** Attempts at most, and the time for them in milliseconds. */
const ATTEMPTS = 400;
const TIME = 10_000;

/**
 * A smaller sample that breaks the same (delta debugging): stretches are left out, half of a part first, then shorter
 * and shorter ones, then bytes are made plain.
 *
 * @param breaks whether a sample breaks as the first one did
 */
export async function minimised(sample: Sample, breaks: (sample: Sample) => Promise<boolean>): Promise<Sample> {
  let best = sample;
  let attempts = 0;
  const end = Date.now() + TIME;
  const isOver = (): boolean => attempts >= ATTEMPTS || Date.now() > end;

  async function tryPart(at: number, part: Buffer): Promise<boolean> {
    attempts++;
    const smaller = best.map((old, index) => (index === at ? part : old));
    if (!(await breaks(smaller))) return false;
    best = smaller;
    return true;
  }

  for (let at = 0; at < sample.length; at++) {
    // A part of a byte says what the others are.
    if (sample[at]!.length <= 1) continue;
    if (await tryPart(at, Buffer.alloc(0))) continue;
    for (let step = stepOf(best[at]!.length); step >= 1; step = Math.floor(step / 2)) {
      for (let from = 0; from < best[at]!.length; ) {
        if (isOver()) return best;
        const part = best[at]!;
        const without = Buffer.concat([part.subarray(0, from), part.subarray(from + step)]);
        if (!(await tryPart(at, without))) from += step;
      }
    }
  }
  return best;
}

/** Whole blocks of 512 bytes as long as there are several. */
function stepOf(size: number): number {
  let step = 1;
  while (step * 2 < size) step *= 2;
  return step;
}
