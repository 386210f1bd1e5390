import type { Transform } from 'node:stream';
import { allocate, free, giveBack, lend } from '../memory/loans.ts';

/** The `chunkSize` of a stream of zlib's, in bytes: what it fills and hands out in parts. */
export const ZLIB_CHUNK = 512 * 1024;

/**
 * Runs bytes through one of zlib's streams. Each chunk is given back as soon as zlib has done with it, which a pipe would
 * not tell, and what comes out is lent. A failure on either side is thrown, and the stream destroyed.
 *
 * @param zlib made with a chunkSize of ZLIB_CHUNK at most, and more than Node takes from a pool
 */
export async function* throughZlib(zlib: Transform, input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  async function feed(): Promise<void> {
    let before = Promise.resolve();
    for await (const chunk of input) {
      const done = take(chunk);
      done.catch(() => {});
      // One waits while another is worked on: zlib's thread goes on before anyone looks at what came out.
      await before;
      before = done;
    }
    await before;
    zlib.end();
  }
  async function take(chunk: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      zlib.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    giveBack(chunk);
  }
  const fed = feed();
  fed.catch((error: Error) => zlib.destroy(error));
  let filled: ArrayBufferLike | undefined;
  try {
    for await (const part of parts(zlib)) {
      const chunk = allocate(ZLIB_CHUNK);
      part.copy(chunk);
      // zlib fills one buffer after another: when the next begins, the one before is garbage.
      if (filled !== part.buffer) {
        if (filled) free(filled);
        filled = part.buffer;
      }
      yield lend(chunk, part.length);
    }
    if (filled) free(filled);
    await fed;
  } finally {
    zlib.destroy();
  }
}

/** What a stream gives, piece by piece as it was pushed; its own iterator would join what has gathered. */
async function* parts(stream: Transform): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let over = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  stream.on('data', (part: Buffer) => {
    waiting.push(part);
    stream.pause();
    wake();
  });
  stream.on('error', (error) => {
    failure = error;
  });
  stream.on('close', () => {
    over = true;
    wake();
  });
  for (;;) {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) yield part;
    if (failure) throw failure;
    if (over) return;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    stream.resume();
    await woken;
  }
}
