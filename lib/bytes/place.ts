import { read, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { lend, take } from '../memory/loans.ts';
import { InputError } from '../errors.ts';

/** A stretch of a file that can be read at any time. Whoever opened the descriptor closes it, or its owner does. */
export interface Place {
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
  /** The name to complain under when the file has become shorter. */
  readonly name: string;
  /** What keeps the descriptor open as long as it can be reached, where nobody closes it (a spill). */
  readonly owner?: object | undefined;
}

export function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'fd' in value && 'offset' in value;
}

/** A part of a place. */
export function within(place: Place, offset: number, size: number): Place {
  return { fd: place.fd, offset: place.offset + offset, size, name: place.name, owner: place.owner };
}

/** Reads at once, blocking: for headers and small bodies, which the page cache nearly always has. */
export function readNow(place: Place, into: Buffer = Buffer.allocUnsafe(place.size)): Buffer {
  let done = 0;
  while (done < place.size) {
    const got = readSync(place.fd, into, done, place.size - done, place.offset + done);
    if (got === 0) throw shorter(place);
    done += got;
  }
  return into.length === place.size ? into : into.subarray(0, place.size);
}

/** The bytes of a place, in chunks of up to 1 MiB, lent (see chunks.ts). */
export async function* chunksOf(place: Place): AsyncGenerator<Buffer> {
  let offset = place.offset;
  const end = place.offset + place.size;
  while (offset < end) {
    const chunk = take();
    const got = await readAt(place.fd, chunk, Math.min(chunk.length, end - offset), offset);
    if (got === 0) throw shorter(place);
    offset += got;
    yield lend(chunk, got);
  }
}

export function streamOf(place: Place): Readable {
  return Readable.from(chunksOf(place), { objectMode: false, highWaterMark: 1 });
}

function readAt(fd: number, buffer: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, length, position, (error, got) => (error ? reject(error) : resolve(got)));
  });
}

function shorter(place: Place): InputError {
  return new InputError(place.name, 'became shorter while it was read');
}
