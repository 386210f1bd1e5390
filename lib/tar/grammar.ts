import { EXTENSION_LIMIT, HOLE_LIMIT } from '../bytes/limits.ts';
import type { Header } from '../entries/entry.ts';
import { cutOff, FormatError, InputError } from '../errors.ts';
import { BLOCK, type Block, isZero, padding, readBlock } from './block.ts';
import { checkGlobals, type Extensions, headerOf, merge, type Records } from './extensions.ts';
import { readRecords } from './pax.ts';
import { checkSparse, mapBlocks, type Sparse, sparseOf } from './sparse.ts';

/** What a zip begins with (PKWARE APPNOTE 6.3, 4.3.7): a wheel is taken for a layer at times. */
const ZIP = 0x04034b50;

/** An entry of a layer, and what follows its header there. */
export interface StoredEntry {
  readonly header: Header;
  /** The header blocks, where they alone say what the header says. */
  readonly raw: Buffer | undefined;
  /** Bytes of the body in the layer, which differs from the header's size where the file is sparse. */
  readonly stored: number;
  readonly sparse: Sparse | undefined;
}

/** What is skipped is asked for in pieces of so many bytes. */
const PIECE = 16 * 1024;

/**
 * The grammar of a layer, free of any reading: it yields how many bytes it wants and is resumed with them (fewer only
 * at the end of the input), or yields an entry and is resumed when the reader stands behind the entry's padding. It
 * returns at the end-of-archive block. What is no tar, or a damaged one, is an InputError.
 *
 * @param input the layer's name, for errors
 */
export function* grammar(input: string): Generator<number | StoredEntry, void, Buffer> {
  let offset = 0;
  let globals: Records = new Map();
  let sawGlobals = false;
  let globalSize = 0;
  let holes = 0;

  function* want(size: number): Generator<number, Buffer, Buffer> {
    const bytes: Buffer = yield size;
    if (bytes.length < size) throw endsAt(offset + bytes.length);
    offset += size;
    return bytes;
  }

  function* skip(size: number): Generator<number, void, Buffer> {
    if (size < 0) throw new FormatError('a negative size');
    for (let left = size + padding(size); left > 0; left -= Math.min(left, PIECE)) yield* want(Math.min(left, PIECE));
  }

  function endsAt(at: number): InputError {
    if (at === 0) return cutOff(input, 'is empty');
    if (at < BLOCK) return cutOff(input, `is not a tar archive (it has only ${at} bytes)`);
    return cutOff(input, `is cut off after ${at} bytes, without an end-of-archive block`);
  }

  function endsInBlock(at: number): InputError {
    return cutOff(input, `is cut off after ${at} bytes, inside its last block`);
  }

  for (;;) {
    const raw: Buffer[] = [];
    const records: [string, string][] = [];
    let longName: string | undefined;
    let longLink: string | undefined;
    let start = offset;
    // Of the extended headers of this entry, in bytes.
    let extended = 0;
    try {
      for (;;) {
        start = offset;
        const first: Buffer = yield BLOCK;
        if (first.length < BLOCK) throw endsAt(offset + first.length);
        offset += BLOCK;
        if (isZero(first)) {
          if (raw.length > 0) throw new FormatError('an extended header without an entry');
          // The archive ends with two such blocks; some writers leave the second out, but none writes half of it.
          const second: Buffer = yield BLOCK;
          if (second.length > 0 && second.length < BLOCK) throw endsInBlock(offset + second.length);
          return;
        }
        if (start === 0 && first.readUInt32LE(0) === ZIP) {
          throw new InputError(input, 'is not a tar archive but a zip', 'layertool wheel makes a layer of a wheel');
        }
        // The reader may use its buffer again for what it is asked next.
        const bytes = Buffer.from(first);
        const block = readBlock(bytes);
        if (block.flag === 'V' && raw.length === 0) {
          // A GNU volume label is the archive's own, and no entry.
          yield* skip(block.size);
          continue;
        }
        raw.push(bytes);
        if (!'xXgLK'.includes(block.flag)) {
          const map = block.flag === 'S' ? yield* mapBlocks(bytes, want) : undefined;
          const extensions: Extensions = { records: merge(globals, records), longName, longLink };
          const header = headerOf(block, extensions);
          // Most entries are not sparse, and a generator for each would cost.
          const isPlain = map === undefined && extensions.records.size === 0;
          const layout = isPlain ? undefined : yield* sparseOf(header, bytes, map, extensions.records, records, want);
          const entry = storedEntry(block, header, layout, raw);
          yield entry;
          offset += entry.stored + padding(entry.stored);
          // The directory of an incremental dump lists its files behind its header.
          if (block.flag === 'D') yield* skip(block.size);
          break;
        }
        if (block.size < 0) throw new FormatError('a negative size');
        // An empty extended header costs its block all the same.
        extended += BLOCK + block.size;
        if (block.flag === 'g') globalSize += BLOCK + block.size;
        if (Math.max(extended, globalSize) > EXTENSION_LIMIT) throw new FormatError('extended headers over 1 MiB');
        const extension = Buffer.from(yield* want(block.size + padding(block.size)));
        raw.push(extension);
        const body = extension.subarray(0, block.size);
        if (block.flag === 'L') longName = untilNul(body);
        else if (block.flag === 'K') longLink = untilNul(body);
        else if (block.flag === 'g') {
          globals = merge(globals, readRecords(body));
          checkGlobals(globals);
          sawGlobals = true;
          raw.length = 0;
          extended = 0;
        } else for (const record of readRecords(body)) records.push(record);
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const problem = start === 0 ? `is not a tar archive (${error.message})` : `byte ${start}: ${error.message}`;
      throw new InputError(input, problem, undefined, { cause: error });
    }
  }

  function storedEntry(
    block: Block,
    header: Header,
    layout: { sparse: Sparse; stored: number } | undefined,
    raw: readonly Buffer[],
  ): StoredEntry {
    if (layout) {
      checkSparse(layout.sparse, layout.stored);
      holes += layout.sparse.size - layout.stored;
      if (holes > HOLE_LIMIT) throw new FormatError(`sparse files with more than ${HOLE_LIMIT} bytes of holes`);
      return { ...layout, header: { ...header, size: layout.sparse.size }, raw: undefined };
    }
    // Blocks that global records change, or that claim a size which is not there, are not the whole truth.
    const isOwn = !sawGlobals && (header.type === 'file' || block.size === 0);
    const blocks = raw.length === 1 ? raw[0] : Buffer.concat(raw);
    return { header, raw: isOwn ? blocks : undefined, stored: header.size, sparse: undefined };
  }
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
