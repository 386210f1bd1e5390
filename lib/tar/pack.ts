import type { Duplex } from 'node:stream';
import { contentOf, wrongSize } from '../entries/body.ts';
import { give, lend, take } from '../memory/loans.ts';
import type { Entry } from '../entries/entry.ts';
import { flow } from '../streams/flow.ts';
import { isPlace, readNow, within } from '../bytes/place.ts';
import { windowReader } from '../bytes/read-ahead.ts';
import { encode } from './encode.ts';
import { padding } from './grammar.ts';

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
  const gathered = gathering();
  const read = windowReader();

  for await (const { header, body, raw } of entries) {
    gathered.add(raw ?? encode(header));
    if (body === undefined) {
      if (header.size !== 0) throw wrongSize(header.name);
    } else if (isPlace(body)) {
      if (body.size !== header.size) throw wrongSize(header.name);
      // Piece by piece into the chunk under way: those before it are written in the meantime.
      for (let done = 0; done < body.size; ) {
        const room = gathered.room();
        const piece = within(body, done, Math.min(body.size - done, room.length));
        // Small bodies mostly follow one another.
        if (piece.size < 4096) read(piece).copy(room);
        else readNow(piece, room.subarray(0, piece.size));
        gathered.filled(piece.size);
        done += piece.size;
        if (gathered.isReady()) yield* gathered.ready();
      }
    } else if (Buffer.isBuffer(body)) {
      if (body.length !== header.size) throw wrongSize(header.name);
      gathered.add(body);
      give(body);
    } else {
      gathered.end();
      yield* gathered.ready();
      let size = 0;
      for await (const part of contentOf(body)) {
        size += part.length;
        if (size > header.size) throw wrongSize(header.name);
        yield part;
      }
      if (size !== header.size) throw wrongSize(header.name);
    }
    gathered.add(zeros.subarray(0, padding(header.size)));
    if (gathered.isReady()) yield* gathered.ready();
  }
  gathered.add(zeros);
  gathered.end();
  yield* gathered.ready();
}

interface Gathering {
  /** Copies some bytes, at most a few chunks. */
  add(part: Buffer): void;
  /** What is left of the chunk under way, at least a byte. */
  room(): Buffer;
  /** Some of that room holds bytes now. */
  filled(size: number): void;
  /** Makes the chunk under way ready, full or not. */
  end(): void;
  isReady(): boolean;
  /** The chunks that are ready, each once. */
  ready(): Buffer[];
}

function gathering(): Gathering {
  let chunk = take();
  let used = 0;
  let full: Buffer[] = [];

  function end(): void {
    if (used === 0) return;
    full.push(lend(chunk, used));
    chunk = take();
    used = 0;
  }

  return {
    add(part) {
      for (let done = 0; done < part.length; ) {
        if (used === chunk.length) end();
        const copied = part.copy(chunk, used, done);
        used += copied;
        done += copied;
      }
    },
    room() {
      if (used === chunk.length) end();
      return chunk.subarray(used);
    },
    filled(size) {
      used += size;
    },
    end,
    isReady: () => full.length > 0,
    ready() {
      const chunks = full;
      full = [];
      return chunks;
    },
  };
}
