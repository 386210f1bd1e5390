import { constants, createDeflateRaw, createGunzip } from 'node:zlib';
import { cutOff, errorCode, InputError } from '../errors.ts';
import { allocate, free, giveBack, lend, share } from '../memory/loans.ts';
import { type Flow, flow } from '../streams/flow.ts';
import { crc32 } from './crc32.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * gzip (RFC 1952). Compression is spread over the thread pool: each block is deflated on its own, with the 32 KiB
 * before it as its dictionary, and ends at a byte (a sync flush), so that the results joined are one deflate stream.
 * The blocks do not depend on the number of threads, and so neither do the bytes.
 */

const BLOCK = 128 * 1024;
const WINDOW = 32 * 1024;
/** What a block that cannot be compressed grows by, at most, with its flush. */
const GROWTH = 1024;
/** Within 3 % of the size that zlib's default gives, in three fifths of its time. */
const LEVEL = 4;
/** Blocks under way at once: enough for the pool, and a bound on memory. */
const AT_ONCE = 6;

/** No name, no time, an unknown system: nothing that differs from one machine to the next. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** A stage that compresses. Its bytes do not depend on the machine, and on the number of threads neither. */
export function gzip(): Flow<Buffer, Buffer> {
  return flow<Buffer, Buffer>(gzipped, { from: 'bytes', to: 'bytes' });
}

async function* gzipped(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  let previous: Buffer = Buffer.alloc(0);
  let crc = 0;
  let size = 0;

  /** A block is read twice: on its own, and at its end as the dictionary of the next. */
  function start(block: Buffer, last: boolean): void {
    crc = crc32(block, crc);
    size += block.length;
    const before = previous;
    previous = block;
    share(block);
    const deflated = deflate(block, before.subarray(-WINDOW), last).finally(() => {
      giveBack(block);
      giveBack(before);
    });
    // A failure is met where the result is awaited.
    deflated.catch(() => {});
    underWay.push(deflated);
  }

  yield HEADER;
  let block = allocate(BLOCK);
  let filled = 0;
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, filled, at);
      at += copied;
      filled += copied;
      if (filled < BLOCK) continue;
      start(lend(block, BLOCK), false);
      block = allocate(BLOCK);
      filled = 0;
      if (underWay.length >= AT_ONCE) yield await underWay.shift()!;
    }
    giveBack(chunk);
  }
  start(lend(block, filled), true);
  for (const deflated of underWay) yield await deflated;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

/** Resolves with the deflated block, lent. */
function deflate(block: Buffer, dictionary: Buffer, last: boolean): Promise<Buffer> {
  const engine = createDeflateRaw({
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    level: LEVEL,
    chunkSize: BLOCK + GROWTH,
    ...(dictionary.length > 0 && { dictionary }),
  });
  const chunk = allocate(BLOCK + GROWTH);
  let size = 0;
  let memory: ArrayBufferLike | undefined;
  return new Promise((resolve, reject) => {
    engine.on('data', (part: Buffer) => {
      size += part.copy(chunk, size);
      memory = part.buffer;
    });
    engine.on('error', reject);
    engine.on('close', () => {
      if (memory) free(memory);
      resolve(lend(chunk, size));
    });
    engine.end(block);
  });
}

/**
 * Decompresses all members; what follows the last may only be zeros. What is cut off or damaged is an InputError.
 */
export async function* gunzipped(name: string, input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  let content = 0;
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const chunk of input) {
      let end = chunk.length;
      while (end > 0 && chunk[end - 1] === 0) end--;
      if (end > 0) content = size + end;
      size += chunk.length;
      yield chunk;
    }
  }
  const gunzip = createGunzip({ chunkSize: ZLIB_CHUNK });
  try {
    yield* throughZlib(gunzip, watched());
  } catch (error) {
    const code = errorCode(error);
    if (code === 'Z_BUF_ERROR') throw cutOff(name, 'its gzip stream is cut off');
    // Node's zlib fails so where bytes follow the zeros behind a member.
    if (code === 'ERR_STREAM_PUSH_AFTER_EOF') throw trailing(name);
    if (!(error instanceof Error) || !code?.startsWith('Z_')) throw error;
    throw new InputError(name, `its gzip stream is damaged (${error.message})`, undefined, { cause: error });
  }
  // zlib stops at the first zero behind a member, and says how far it came.
  if (content > gunzip.bytesWritten) throw trailing(name);
}

function trailing(name: string): InputError {
  return new InputError(name, 'has other bytes after the end of its gzip stream');
}
