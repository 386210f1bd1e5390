import type { Entry } from '../lib/entries/entry.ts';
import { emit } from '../lib/stack/emit.ts';
import { type Layer, stack } from '../lib/stack/stack.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

/**
 * Layers in, lowest first, and the entries of one layer out that has the effect of applying them in order. Only an index
 * of the paths is kept; bodies are read when they are written, since that is another order than the one in which they
 * arrive.
 *
 * @param time the mtime in seconds of what has none of its own: whiteouts, and directories that had to be invented
 */
export function squash(time = 0): Flow<Layer, Entry> {
  return flow<Layer, Entry>(
    async function* (layers) {
      const stacked = stack();
      for await (const layer of layers) await stacked.push(layer);
      // A loop, since yield* would wait for each entry twice.
      for (const entry of emit(stacked, time)) yield entry;
    },
    { from: 'objects', to: 'objects' },
  );
}
