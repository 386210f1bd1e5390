import { compressionAt, decompress } from '../codecs/compression.ts';
import type { Entry } from '../entries/entry.ts';
import type { Input } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { unpack } from '../tar/unpack.ts';
import { layerEntries, refuseImages } from './recognition.ts';

/**
 * The entries of an input that is a layer, compressed or not; that it is an image instead is an InputError. Of a plain file
 * they are there at once, others flow by.
 */
export function entriesOfInput(input: Input): Iterable<Entry> | AsyncIterable<Entry> {
  const { name, place } = input;
  if (place && compressionAt(place) === 'none') return layerEntries(place);
  const entries = unpack(name);
  return refuseImages(name, readThrough(entries, pump(input.bytes(), decompress(name).stream, entries)));
}
