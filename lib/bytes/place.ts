import { readSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { allocate, CHUNK, lend } from '../memory/loans.ts';
import { readFile } from './descriptor.ts';

/** How much of something has been read, for whoever asks; a part that was read twice counts twice. */
export interface Reads {
  bytes: number;
  /** How much there is, once that is known. */
  size?: number;
}

/** A stretch of a file that can be read at any time. Whoever opened the descriptor closes it, or its owner does. */
export interface Place {
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
  /** What it is called in errors. */
  readonly name: string;
  /** What keeps the descriptor open as long as it can be reached, where nobody closes it (a spill). */
  readonly owner?: object | undefined;
  /** Where what is read of it is counted, if that is of interest. */
  readonly reads?: Reads | undefined;
}

/** Whether a body is a place. */
export function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'fd' in value && 'offset' in value;
}

/** A part of a place. */
export function within(place: Place, offset: number, size: number): Place {
  const { fd, name, owner, reads } = place;
  return { fd, offset: place.offset + offset, size, name, owner, reads };
}

/**
 * Reads a place at once, blocking: for headers and small bodies, which the page cache nearly always has. A file that has
 * become shorter is an InputError.
 */
export function readNow(place: Place, into: Buffer = Buffer.allocUnsafe(place.size)): Buffer {
  let done = 0;
  while (done < place.size) {
    const bytesRead = readSync(place.fd, into, done, place.size - done, place.offset + done);
    if (bytesRead === 0) throw shortened(place);
    done += bytesRead;
  }
  if (place.reads) place.reads.bytes += place.size;
  return into.length === place.size ? into : into.subarray(0, place.size);
}

/**
 * The bytes of a place, lent (see memory/loans.ts).
 *
 * @param size of a chunk, at most
 */
export async function* chunksOf(place: Place, size = CHUNK): AsyncGenerator<Buffer> {
  let offset = place.offset;
  const end = place.offset + place.size;
  while (offset < end) {
    const chunk = allocate(size);
    const { bytesRead } = await readFile(place.fd, chunk, 0, Math.min(chunk.length, end - offset), offset);
    if (bytesRead === 0) throw shortened(place);
    offset += bytesRead;
    if (place.reads) place.reads.bytes += bytesRead;
    yield lend(chunk, bytesRead);
  }
}

function shortened(place: Place): InputError {
  return new InputError(place.name, 'became shorter while it was read');
}
