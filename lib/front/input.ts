import type { Readable } from 'node:stream';
import { type Input, openInputs, readableInput } from '../inputs/input.ts';

/** Where bytes come from: the path of a file, a FIFO or a device, `-` for standard input; or a stream. */
export type Bytes = string | Readable;

/** Opens bytes as the commands open their arguments. What cannot be opened is an InputError. */
export async function openBytes(bytes: Bytes, isImage = false): Promise<Input> {
  if (typeof bytes !== 'string') return readableInput(bytes, 'the stream');
  const [input] = await openInputs([isImage ? { image: bytes } : bytes]);
  return input!;
}
