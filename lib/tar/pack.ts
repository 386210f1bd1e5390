import type { Duplex } from 'node:stream';
import { contentOf, wrongSize } from '../body.ts';
import { give, lend, take } from '../chunks.ts';
import { type Entry, SMALL } from '../entry.ts';
import { flow } from '../flow.ts';
import { isPlace, type Place, readNow, within } from '../place.ts';
import { windowReader } from '../window.ts';
import { encode } from './encode.ts';
import { padding } from './headers.ts';

const zeros = Buffer.alloc(1024);

/**
 * Entries in, the bytes of a layer out. An entry with raw blocks keeps them; others are written canonically. A body of
 * another size than its header says is an error.
 */
export function pack(): Duplex {
  return flow<Entry, Buffer>(bytes, { from: 'objects', to: 'bytes' });
}

async function* bytes(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  // Headers and small bodies are gathered, so that the output sees a chunk a MiB and not two an entry.
  let chunk = take();
  let used = 0;
  const read = windowReader();

  /** Small bodies mostly follow one another. */
  function copy(from: Place, into: Buffer): void {
    if (from.size < 4096) read(from).copy(into);
    else readNow(from, into);
  }

  /** Room for that many bytes in the chunk; a full one is yielded first. */
  function* room(size: number): Generator<Buffer> {
    if (used + size <= chunk.length) return;
    yield lend(chunk, used);
    chunk = take();
    used = 0;
  }

  function* add(part: Uint8Array): Generator<Buffer> {
    for (let at = 0; at < part.length; at += SMALL) {
      const piece = part.subarray(at, at + SMALL);
      yield* room(piece.length);
      chunk.set(piece, used);
      used += piece.length;
    }
  }

  for await (const { header, body, raw } of entries) {
    yield* add(raw ?? encode(header));
    if (body === undefined) {
      if (header.size !== 0) throw wrongSize(header.name);
      continue;
    }
    if (isPlace(body)) {
      if (body.size !== header.size) throw wrongSize(header.name);
      // Piece by piece into the chunk under way: those before it are written in the meantime.
      for (let done = 0; done < body.size; ) {
        yield* room(1);
        const piece = Math.min(body.size - done, chunk.length - used);
        copy(within(body, done, piece), chunk.subarray(used, used + piece));
        used += piece;
        done += piece;
      }
    } else if (Buffer.isBuffer(body)) {
      if (body.length !== header.size) throw wrongSize(header.name);
      yield* add(body);
      give(body);
    } else {
      if (used > 0) {
        yield lend(chunk, used);
        chunk = take();
        used = 0;
      }
      let size = 0;
      for await (const part of contentOf(body)) {
        size += part.length;
        if (size > header.size) throw wrongSize(header.name);
        yield part;
      }
      if (size !== header.size) throw wrongSize(header.name);
    }
    yield* add(zeros.subarray(0, padding(header.size)));
  }
  yield* add(zeros);
  yield lend(chunk, used);
}
