import { Readable } from 'node:stream';
import { chunksOf, type Place } from '../bytes/place.ts';
import { type Source, WAITING } from './flow.ts';

/** A source of objects, which waits for its reader. */
export function source<Out>(objects: Iterable<Out> | AsyncIterable<Out>): Source<Out> {
  return Readable.from(objects, { objectMode: true, highWaterMark: WAITING.objects });
}

/** A source of bytes, which waits for its reader. */
export function byteSource(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Source<Buffer> {
  return Readable.from(chunks, { objectMode: false, highWaterMark: WAITING.bytes });
}

/** The bytes of a place. */
export function placeSource(place: Place): Source<Buffer> {
  return byteSource(chunksOf(place));
}
