import { chunksOf, isPlace } from '../bytes/place.ts';
import { FormatError, InputError } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import type { Body, Entry } from './entry.ts';
import { toText } from './names.ts';

/** The bytes of a body, whatever it is. A stream is consumed, and destroyed when the loop is left. */
export async function* contentOf(body: Body): AsyncGenerator<Buffer> {
  if (body === undefined) return;
  if (Buffer.isBuffer(body)) yield body;
  else if (isPlace(body)) yield* chunksOf(body);
  else yield* body as AsyncIterable<Buffer>;
}

/**
 * Gathers bytes into one buffer: for metadata, which is small.
 *
 * @param limit more bytes than these are an InputError
 * @param name what is read, for the error
 */
export async function gather(chunks: AsyncIterable<Buffer>, limit: number, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new InputError(name, `is larger than ${limit} bytes`);
    // Lent memory will hold something else.
    parts.push(Buffer.from(chunk));
    giveBack(chunk);
  }
  return Buffer.concat(parts);
}

/** Gives up a body that nobody will read, so that its source can go on. */
export function drop({ body }: Entry): void {
  if (body !== undefined && !Buffer.isBuffer(body) && !isPlace(body)) body.destroy();
}

/** A body that has another size than its header says. */
export function wrongSize(name: string): FormatError {
  return new FormatError(`the size of ${toText(name)} is not what its header says`);
}
