import * as zlib from 'node:zlib';
import { type Reader, readerOf } from '../bytes/reader.ts';
import { cutOff, errorCode, InputError, UsageError } from '../errors.ts';
import { type Flow, flow } from '../streams/flow.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * zstd (RFC 8878). node:zlib stops at the end of a frame and drops what follows, so frames are told apart here and each
 * is given to a decoder of its own, which verifies its checksum.
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

export const hasZstd = typeof zlib.createZstdDecompress === 'function';

const hint = 'zstd needs Node 22.15 or newer';

export function isZstd(head: Buffer): boolean {
  if (head.length < 4) return false;
  const magic = head.readUInt32LE(0);
  return magic === MAGIC || isSkippable(magic);
}

/** A stage that compresses. That this Node cannot is a UsageError. */
export function zstd(): Flow<Buffer, Buffer> {
  if (!hasZstd) throw new UsageError(`this Node (${process.version}) cannot compress with zstd`, hint);
  const encoder = zlib.createZstdCompress({
    chunkSize: ZLIB_CHUNK,
    params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  });
  return flow<Buffer, Buffer>((input) => throughZlib(encoder, input), { from: 'bytes', to: 'bytes' });
}

export async function* unzstd(name: string, input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (!hasZstd) throw new InputError(name, `this Node (${process.version}) cannot read zstd`, hint);
  const reader = readerOf(input);
  for (;;) {
    const start = Buffer.from(await reader.take(4));
    if (start.length === 0) return;
    if (start.length < 4) throw truncated(name);
    const magic = start.readUInt32LE(0);
    if (isSkippable(magic)) {
      const size = (await exactly(name, reader, 4)).readUInt32LE(0);
      if ((await reader.skip(size)) < size) throw truncated(name);
    } else if (magic === MAGIC) {
      yield* decoded(name, frame(name, start, reader));
    } else {
      throw new InputError(name, 'has other bytes after the end of its zstd stream');
    }
  }
}

async function* decoded(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* throughZlib(zlib.createZstdDecompress({ chunkSize: ZLIB_CHUNK }), bytes);
  } catch (error) {
    if (!/^(Z_|ZSTD_)/.test(errorCode(error) ?? '')) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(name, `its zstd stream is damaged (${why})`, undefined, { cause: error });
  }
}

/** The bytes of one frame (RFC 8878, section 3.1.1), its magic number already read. */
async function* frame(name: string, magic: Buffer, reader: Reader): AsyncGenerator<Buffer> {
  const first = Buffer.from(await exactly(name, reader, 1));
  const descriptor = first[0]!;
  const single = (descriptor & 0x20) !== 0;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const rest = Buffer.from(await exactly(name, reader, (single ? 0 : 1) + dictionary + content));
  yield Buffer.concat([magic, first, rest]);
  for (let last = false; !last; ) {
    const header = Buffer.from(await exactly(name, reader, 3));
    const value = header.readUIntLE(0, 3);
    last = (value & 1) === 1;
    const type = (value >> 1) & 3;
    if (type === 3) throw new InputError(name, 'its zstd stream is damaged (a reserved block type)');
    // A run-length block holds one byte, whatever its size says.
    const size = type === 1 ? 1 : value >> 3;
    yield header;
    yield Buffer.from(await exactly(name, reader, size));
  }
  if (descriptor & 4) yield Buffer.from(await exactly(name, reader, 4));
}

async function exactly(name: string, reader: Reader, size: number): Promise<Buffer> {
  const bytes = await reader.take(size);
  if (bytes.length < size) throw truncated(name);
  return bytes;
}

function truncated(name: string): InputError {
  return cutOff(name, 'its zstd stream is cut off');
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === SKIPPABLE;
}
