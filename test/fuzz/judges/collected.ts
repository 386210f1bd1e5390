import { Writable } from 'node:stream';
import { giveBack } from '../../../lib/memory/loans.ts';
import { byteSink, type Sink } from '../../../lib/streams/flow.ts';

/** Bytes past which nothing is kept: holes may be as large as they like, and little packs much. */
const MOST = 32 * 1024 * 1024;

/** What a pipe writes into its end; undefined where that is more than 32 MiB. */
export async function collected(pipe: (end: Sink<Buffer>) => Promise<unknown>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  const end = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      size += chunk.length;
      if (size <= MOST) parts.push(Buffer.from(chunk));
      giveBack(chunk);
      callback();
    },
  });
  await pipe(byteSink(end));
  return size <= MOST ? Buffer.concat(parts) : undefined;
}

/** All bytes of a source. */
export async function gathered(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) {
    parts.push(Buffer.from(chunk));
    giveBack(chunk);
  }
  return Buffer.concat(parts);
}
