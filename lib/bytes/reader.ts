import { Readable } from 'node:stream';
import { allocate, CHUNK, giveBack, lend } from '../memory/loans.ts';

/** Reads the bytes of a stream by number. */
export interface Reader {
  /** The next bytes, fewer only at the end of the input. Valid until the reader is asked again. */
  take(size: number): Buffer | Promise<Buffer>;
  /** Passes over bytes, and resolves with how many there were: fewer only at the end. */
  skip(size: number): Promise<number>;
  /**
   * The next bytes as a stream.
   *
   * @param tooShort the error that it ends with where there are fewer
   */
  body(size: number, tooShort: () => Error): BodyStream;
}

/** Bytes that must have been read, or given up, before the reader is asked again. */
export interface BodyStream {
  readonly readable: Readable;
  /** Resolves when the stream is over, with the number of bytes that were not read from it. */
  readonly done: Promise<number>;
}

/** Reads chunks as they come; those that are lent are given back when they have been read. */
export function readerOf(input: AsyncIterable<Buffer>): Reader {
  const chunks = input[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  /** What of the chunk has not been read. */
  let rest = chunk;

  /** Some bytes, at most so many; none only at the end. */
  async function some(most: number): Promise<Buffer> {
    while (rest.length === 0) {
      // What was taken from the chunk is no longer valid, and skipped bytes were never handed out.
      giveBack(chunk);
      const next = await chunks.next();
      if (next.done) return rest;
      chunk = next.value;
      rest = chunk;
    }
    const part = rest.subarray(0, most);
    rest = rest.subarray(part.length);
    return part;
  }

  async function gather(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = size;
    while (left > 0) {
      const part = await some(left);
      if (part.length === 0) break;
      // Its chunk is given back before the next comes.
      parts.push(Buffer.from(part));
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  return {
    take(size) {
      if (size > rest.length) return gather(size);
      const part = rest.subarray(0, size);
      rest = rest.subarray(size);
      return part;
    },
    async skip(size) {
      let left = size;
      while (left > 0) {
        const part = await some(left);
        if (part.length === 0) break;
        left -= part.length;
      }
      return size - left;
    },
    body(size, tooShort) {
      let left = size;
      async function* body(): AsyncGenerator<Buffer> {
        while (left > 0) {
          const part = await some(left);
          if (part.length === 0) throw tooShort();
          left -= part.length;
          // A chunk is given back by whoever reads the body, and only in one piece; of one that holds more, a copy is.
          if (part.length < chunk.length) {
            yield copyOf(part);
            continue;
          }
          const piece = chunk;
          chunk = rest;
          yield piece;
        }
      }
      const readable = Readable.from(body(), { objectMode: false, highWaterMark: 1 });
      const done = new Promise<number>((resolve) => {
        readable.once('close', () => resolve(left));
      });
      return { readable, done };
    },
  };
}

/** Parts up to this size are copied into buffers of it, in bytes: as much as a pipe gives at once. */
const PART = 64 * 1024;

function copyOf(part: Buffer): Buffer {
  const size = part.length <= PART ? PART : CHUNK;
  if (part.length > size) return Buffer.from(part);
  const copy = allocate(size);
  return lend(copy, part.copy(copy));
}
