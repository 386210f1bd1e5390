import type { Body, Entry } from './entry.ts';
import { FormatError, InputError } from '../errors.ts';
import { toText } from './names.ts';
import { chunksOf, isPlace } from '../bytes/place.ts';

/** The bytes of a body, whatever it is. A stream is consumed, and destroyed when the loop is left. */
export async function* contentOf(body: Body): AsyncGenerator<Buffer> {
  if (body === undefined) return;
  if (Buffer.isBuffer(body)) yield body;
  else if (isPlace(body)) yield* chunksOf(body);
  else yield* body as AsyncIterable<Buffer>;
}

/** A body as one buffer: for metadata, which is small. More than `limit` bytes are an InputError. */
export async function gather(body: Body, limit: number, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of contentOf(body)) {
    size += chunk.length;
    if (size > limit) throw new InputError(name, `is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Gives up a body that nobody will read, so that its source can go on. */
export function drop({ body }: Entry): void {
  if (body !== undefined && !Buffer.isBuffer(body) && !isPlace(body)) body.destroy();
}

export function wrongSize(name: string): FormatError {
  return new FormatError(`the size of ${toText(name)} is not what its header says`);
}
