import type { Entry } from '../entries/entry.ts';
import type { Stack } from './rules.ts';

/** As many entries as are applied before signals and pipes have their turn. */
const AT_ONCE = 4096;

/** Applies the entries of a layer that are there at once; layers are numbered from 1. */
export async function applyAll(stacked: Stack, entries: Iterable<Entry>, layer: number, input: string): Promise<void> {
  let count = 0;
  for (const entry of entries) {
    const copied = stacked.apply(entry, layer, input);
    if (copied) await copied;
    if (++count % AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
  }
}
