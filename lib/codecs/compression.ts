import { PassThrough } from 'node:stream';
import { type Place, readNow, within } from '../bytes/place.ts';
import { type Flow, flow, typed } from '../streams/flow.ts';
import { gunzipped, gzip } from './gzip.ts';
import { isZstd, unzstd, zstd } from './zstd.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** How many bytes tell a compression. */
const MAGIC_SIZE = 4;

/** The compression of bytes that begin so: told by the magic bytes, never by a name. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return isZstd(head) ? 'zstd' : 'none';
}

/** The compression of what stands at a place. */
export function compressionAt(place: Place): Compression {
  return compressionOf(readNow(within(place, 0, Math.min(place.size, MAGIC_SIZE))));
}

/** A stage that compresses. That this Node has no zstd is a UsageError. */
export function compress(compression: Compression): Flow<Buffer, Buffer> {
  if (compression === 'gzip') return gzip();
  return compression === 'zstd' ? zstd() : typed(new PassThrough());
}

/** A stage that decompresses what is compressed and lets plain bytes through. */
export interface Decompress {
  readonly stream: Flow<Buffer, Buffer>;
  /** The compression of what came in, known when the first bytes have passed. */
  compression(): Compression;
}

/**
 * Decompresses gzip, of several members too, and zstd, of several frames too, by their magic bytes. What is cut off or
 * damaged, checksums included, is an InputError.
 *
 * @param name what is decompressed, for errors
 */
export function decompress(name: string): Decompress {
  let compression: Compression = 'none';
  const stream = flow<Buffer, Buffer>(
    async function* (input) {
      const chunks = input[Symbol.asyncIterator]();
      let head: Buffer = Buffer.alloc(0);
      while (head.length < MAGIC_SIZE) {
        const next = await chunks.next();
        if (next.done) break;
        head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
      }
      async function* whole(): AsyncGenerator<Buffer> {
        if (head.length > 0) yield head;
        yield* { [Symbol.asyncIterator]: () => chunks };
      }
      compression = compressionOf(head);
      if (compression === 'gzip') yield* gunzipped(name, whole());
      else if (compression === 'zstd') yield* unzstd(name, whole());
      else yield* whole();
    },
    { from: 'bytes', to: 'bytes' },
  );
  return { stream, compression: () => compression };
}
