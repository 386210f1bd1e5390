import type { Entry } from '../entries/entry.ts';
import { type Stack, stack } from '../stack/stack.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { byteSource } from '../streams/source.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import type { LayerReading } from './read-layers.ts';

/**
 * Stacks the layers of an image.
 *
 * @param change what becomes of the entries of a compressed layer, whose bodies flow by
 */
export function stacking(
  change: (entries: AsyncIterable<Entry>) => AsyncIterable<Entry> = (entries) => entries,
): LayerReading<Stack> {
  const stacked = stack();
  return {
    async add(place, plain) {
      const { name } = place;
      if (plain === undefined) return stacked.push({ name, entries: entriesAt(place) });
      const entries = unpack(name);
      const flowing = readThrough(entries, pump(byteSource(plain), entries));
      await stacked.push({ name, entries: change(flowing) });
    },
    result: () => stacked,
  };
}
