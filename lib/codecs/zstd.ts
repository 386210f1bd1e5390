import * as zlib from 'node:zlib';
import { type Reader, readerOf } from '../bytes/reader.ts';
import { cutOff, errorCode, InputError, UsageError } from '../errors.ts';
import { chunksOfSize } from '../memory/chunks.ts';
import { giveBack } from '../memory/loans.ts';
import { findProgram, throughProgram } from '../process/filter.ts';
import { type Flow, flow } from '../streams/flow.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * zstd (RFC 8878). node:zlib stops at the end of a frame and drops what follows, so frames are told apart here and each
 * is given to a decoder of its own, which verifies its checksum. A Node without zstd leaves the work to the program.
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** A decoder for each frame costs more than a small frame does: one of a few blocks is decoded in one piece. */
const SMALL_FRAME = { packed: 256 * 1024, blocks: 8 };
/** What a block holds at most when it is decoded, in bytes (RFC 8878, section 3.1.1.2.4). */
const BLOCK_LIMIT = 128 * 1024;

/** Bytes of small frames that go on at once. */
const GATHERED = 64 * 1024;

export const hasZstd = typeof zlib.createZstdDecompress === 'function';

const hint = 'Node 22.15 and newer have zstd; on an older one the zstd program on PATH stands in';

/** Whether bytes begin with a frame of zstd, be it one to skip. */
export function isZstd(head: Buffer): boolean {
  if (head.length < 4) return false;
  const magic = head.readUInt32LE(0);
  return magic === MAGIC || isSkippable(magic);
}

/** A stage that compresses. That neither this Node nor a program can is a UsageError. */
export function zstd(): Flow<Buffer, Buffer> {
  if (!hasZstd) {
    const program = findProgram('zstd');
    if (program === undefined) throw new UsageError(`this Node (${process.version}) cannot compress with zstd`, hint);
    return flow<Buffer, Buffer>(
      (input) => throughProgram([program, '-q', '-c', '--check'], 'zstd', 'does not compress', input),
      bytes,
    );
  }
  const encoder = zlib.createZstdCompress({
    chunkSize: ZLIB_CHUNK,
    params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  });
  return flow<Buffer, Buffer>((input) => throughZlib(encoder, input), bytes);
}

const bytes = { from: 'bytes', to: 'bytes' } as const;

/** Decompresses all frames. What is cut off or damaged, and what neither Node nor a program can read, is an InputError. */
export async function* unzstd(name: string, input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const program = hasZstd ? undefined : findProgram('zstd');
  if (!hasZstd && program === undefined) {
    throw new InputError(name, `this Node (${process.version}) cannot read zstd`, hint);
  }
  if (program !== undefined) {
    // The frames are looked at all the same: a program says less of what is wrong.
    const frames = framesOf(name, input);
    const first = await frames.next();
    // The program wants a frame; there may be only some to skip.
    if (first.done) return;
    async function* all(): AsyncGenerator<Buffer> {
      yield first.value ?? Buffer.alloc(0);
      yield* frames;
    }
    yield* throughProgram([program, '-q', '-d', '-c'], name, 'its zstd stream is damaged', all());
    return;
  }
  yield* gathered(contentOfFrames(name, readerOf(input)));
}

async function* contentOfFrames(name: string, reader: Reader): AsyncGenerator<Buffer> {
  for (let start = await startOf(name, reader); start; start = await startOf(name, reader)) {
    yield* decoded(name, frame(name, start, reader));
  }
}

/** Small pieces together: a file may have a frame for each. */
async function* gathered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const small = chunksOfSize(GATHERED);
  for await (const piece of pieces) {
    if (piece.length > GATHERED / 2) {
      small.flush();
      yield* small.takeFull();
      yield piece;
      continue;
    }
    small.add(piece);
    giveBack(piece);
    if (small.hasFull()) yield* small.takeFull();
  }
  small.flush();
  yield* small.takeFull();
}

/** The bytes of all frames, as they are, if they are whole. */
async function* framesOf(name: string, input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = readerOf(input);
  for (let start = await startOf(name, reader); start; start = await startOf(name, reader)) {
    for await (const part of frame(name, start, reader)) yield part.bytes;
  }
}

/** The magic number of the next frame, skippable ones left out; undefined at the end. */
async function startOf(name: string, reader: Reader): Promise<Buffer | undefined> {
  for (;;) {
    const start = Buffer.from(await reader.take(4));
    if (start.length === 0) return undefined;
    if (start.length < 4) throw truncated(name);
    const magic = start.readUInt32LE(0);
    if (magic === MAGIC) return start;
    if (!isSkippable(magic)) throw new InputError(name, 'has other bytes after the end of its zstd stream');
    const size = (await exactly(name, reader, 4)).readUInt32LE(0);
    if ((await reader.skip(size)) < size) throw truncated(name);
  }
}

/** The content of one frame. libzstd does not always hold its size against the one that the header claims. */
async function* decoded(name: string, parts: AsyncGenerator<FramePart>): AsyncGenerator<Buffer> {
  try {
    const first: Buffer[] = [];
    let claimed: bigint | undefined;
    const check = (actual: number): void => {
      if (claimed === undefined || BigInt(actual) === claimed) return;
      throw new InputError(name, `its zstd stream is damaged (a frame of ${actual} bytes claims ${claimed})`);
    };
    let size = 0;
    let blocks = 0;
    let isSmall = true;
    while (isSmall) {
      const next = await parts.next();
      if (next.done) {
        const maxOutputLength = (blocks + 1) * BLOCK_LIMIT;
        // Many tiny frames would otherwise each leave a chunk of the usual size to be collected.
        const chunkSize = Math.min(Math.max(4 * size, 64), zlib.constants.Z_DEFAULT_CHUNK);
        const content = zlib.zstdDecompressSync(Buffer.concat(first), { maxOutputLength, chunkSize });
        check(content.length);
        yield content;
        return;
      }
      claimed ??= next.value.contentSize;
      first.push(next.value.bytes);
      size += next.value.bytes.length;
      if (next.value.isBlock) blocks++;
      isSmall = size <= SMALL_FRAME.packed && blocks <= SMALL_FRAME.blocks;
    }
    async function* all(): AsyncGenerator<Buffer> {
      yield* first;
      for await (const part of parts) yield part.bytes;
    }
    let actual = 0;
    for await (const chunk of throughZlib(zlib.createZstdDecompress({ chunkSize: ZLIB_CHUNK }), all())) {
      actual += chunk.length;
      yield chunk;
    }
    check(actual);
  } catch (error) {
    if (!/^(Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(errorCode(error) ?? '')) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(name, `its zstd stream is damaged (${why})`, undefined, { cause: error });
  }
}

/** A part of a frame. */
interface FramePart {
  readonly bytes: Buffer;
  readonly isBlock: boolean;
  /** Of the whole frame, in bytes, where its header, which is its first part, tells. */
  readonly contentSize?: bigint | undefined;
}

/** The field Frame_Content_Size (section 3.1.1.1.4): of two bytes, it counts from 256. */
function sizeIn(field: Buffer): bigint | undefined {
  if (field.length === 0) return undefined;
  if (field.length === 8) return field.readBigUInt64LE(0);
  return BigInt(field.readUIntLE(0, field.length)) + (field.length === 2 ? 256n : 0n);
}

/** The parts of one frame (RFC 8878, section 3.1.1), its magic number already read. */
async function* frame(name: string, magic: Buffer, reader: Reader): AsyncGenerator<FramePart> {
  const part = (bytes: Buffer, isBlock = false): FramePart => ({ bytes, isBlock });
  const first = Buffer.from(await exactly(name, reader, 1));
  const descriptor = first[0]!;
  const single = (descriptor & 0x20) !== 0;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const rest = Buffer.from(await exactly(name, reader, (single ? 0 : 1) + dictionary + content));
  const contentSize = sizeIn(rest.subarray(rest.length - content));
  yield { ...part(Buffer.concat([magic, first, rest])), contentSize };
  for (let last = false; !last; ) {
    const header = Buffer.from(await exactly(name, reader, 3));
    const value = header.readUIntLE(0, 3);
    last = (value & 1) === 1;
    const type = (value >> 1) & 3;
    if (type === 3) throw new InputError(name, 'its zstd stream is damaged (a reserved block type)');
    // A run-length block holds one byte, whatever its size says.
    const size = type === 1 ? 1 : value >> 3;
    // libzstd takes it when it is given block by block, and refuses it in one piece.
    if (type === 2 && size === 0) throw new InputError(name, 'its zstd stream is damaged (an empty compressed block)');
    yield part(Buffer.concat([header, await exactly(name, reader, size)]), true);
  }
  if (descriptor & 4) yield part(Buffer.from(await exactly(name, reader, 4)));
}

async function exactly(name: string, reader: Reader, size: number): Promise<Buffer> {
  const taken = await reader.take(size);
  if (taken.length < size) throw truncated(name);
  return taken;
}

function truncated(name: string): InputError {
  return cutOff(name, 'its zstd stream is cut off');
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === SKIPPABLE;
}
