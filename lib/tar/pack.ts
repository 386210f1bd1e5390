import { isPlace, readNow, within } from '../bytes/place.ts';
import { readAhead } from '../bytes/read-ahead.ts';
import { contentOf, wrongSize } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { chunksOfSize } from '../memory/chunks.ts';
import { giveBack } from '../memory/loans.ts';
import { type Flow, flow } from '../streams/flow.ts';
import { padding } from './block.ts';
import { encode } from './encode.ts';

const zeros = Buffer.alloc(1024);

/**
 * Entries in, the bytes of a layer out. An entry with raw blocks keeps them; others are written canonically. A body of
 * another size than its header says is a FormatError.
 */
export function pack(): Flow<Entry, Buffer> {
  return flow<Entry, Buffer>(packed, { from: 'objects', to: 'bytes' });
}

async function* packed(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  // Headers and small bodies are gathered, so that the output sees a chunk a MiB and not two an entry.
  const output = chunksOfSize();
  const read = readAhead();

  for await (const { header, body, raw } of entries) {
    output.add(raw ?? encode(header));
    if (body === undefined) {
      if (header.size !== 0) throw wrongSize(header.name);
    } else if (isPlace(body)) {
      if (body.size !== header.size) throw wrongSize(header.name);
      // Piece by piece into the chunk under way: those before it are written in the meantime.
      for (let done = 0; done < body.size; ) {
        const room = output.room();
        const piece = within(body, done, Math.min(body.size - done, room.length));
        // Small bodies mostly follow one another.
        if (piece.size < 4096) read(piece).copy(room);
        else readNow(piece, room.subarray(0, piece.size));
        output.advance(piece.size);
        done += piece.size;
        if (output.hasFull()) yield* output.takeFull();
      }
    } else if (Buffer.isBuffer(body)) {
      if (body.length !== header.size) throw wrongSize(header.name);
      output.add(body);
      giveBack(body);
    } else {
      output.flush();
      yield* output.takeFull();
      let size = 0;
      for await (const part of contentOf(body)) {
        size += part.length;
        if (size > header.size) throw wrongSize(header.name);
        yield part;
      }
      if (size !== header.size) throw wrongSize(header.name);
    }
    output.add(zeros.subarray(0, padding(header.size)));
    if (output.hasFull()) yield* output.takeFull();
  }
  output.add(zeros);
  output.flush();
  yield* output.takeFull();
}
