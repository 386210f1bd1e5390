import { decompress } from '../codecs/compression.ts';
import { contentOf } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { byteSource } from '../streams/source.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import type { Layer } from './image.ts';

/**
 * The entries of a layer of an image, read anew each time. Those of a plain one are there at once, and their bodies are
 * places; a compressed one flows by, and is held against its digest once more.
 */
export function entriesOfLayer({ place, compression, content }: Layer): Iterable<Entry> | AsyncIterable<Entry> {
  if (compression === 'none') return entriesAt(place);
  const { name } = place;
  const entries = unpack(name);
  return readThrough(entries, pump(byteSource(contentOf(content())), decompress(name).stream, entries));
}
