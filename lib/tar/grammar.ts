import type { Header } from '../entries/entry.ts';
import { FormatError, InputError } from '../errors.ts';
import { type Extensions, type Found, headerOf, merge, type Records } from './extensions.ts';
import { BLOCK, type Block, isZero, readBlock } from './block.ts';
import { readNumber } from './number.ts';
import { readRecords } from './pax.ts';
import {
  checkSparse,
  EXTENSION_LIMIT,
  mapNumber,
  pairs,
  readStretches,
  type Sparse,
  type Stretch,
  stretchesOf,
} from './sparse.ts';

/**
 * The grammar of a layer, free of any reading: it yields how many bytes it wants and is resumed with them (fewer only
 * at the end of the input), or yields an entry and is resumed when the reader stands behind the entry's padding. It
 * returns at the end-of-archive block.
 */
export function* headers(input: string): Generator<number | Found, void, Buffer> {
  let offset = 0;
  let globals: Records = new Map();
  let sawGlobals = false;
  let globalSize = 0;

  function* want(size: number): Generator<number, Buffer, Buffer> {
    const bytes: Buffer = yield size;
    if (bytes.length < size) throw cutOff(offset + bytes.length);
    offset += size;
    return bytes;
  }

  function cutOff(at: number): InputError {
    const hint = 'did the command in <( ) fail?';
    if (at === 0) return new InputError(input, 'is empty', hint);
    if (at < BLOCK) return new InputError(input, `is not a tar archive (it has only ${at} bytes)`, hint);
    return new InputError(input, `is cut off after ${at} bytes, without an end-of-archive block`, hint);
  }

  for (;;) {
    const raw: Buffer[] = [];
    let records: [string, string][] = [];
    let longName: string | undefined;
    let longLink: string | undefined;
    let start = offset;
    // Of the extended headers of this entry, in bytes.
    let extended = 0;
    try {
      for (;;) {
        start = offset;
        const first: Buffer = yield BLOCK;
        if (first.length < BLOCK) throw cutOff(offset + first.length);
        offset += BLOCK;
        if (isZero(first)) {
          if (raw.length > 0) throw new FormatError('an extended header without an entry');
          return;
        }
        // The reader may use its buffer again for what it is asked next.
        const bytes = Buffer.from(first);
        const block = readBlock(bytes);
        raw.push(bytes);
        if (!'xXgLK'.includes(block.flag)) {
          const maps = block.flag === 'S' ? yield* mapBlocks(bytes) : undefined;
          const told = { records: merge(globals, records), longName, longLink };
          const header = headerOf(block, told);
          // Most entries have nothing of it, and a generator for each would cost.
          const part = maps || told.records.size > 0 ? yield* sparseOf(header, bytes, maps, told, records) : undefined;
          const found = foundOf(block, header, part, raw);
          yield found;
          offset += found.stored + padding(found.stored);
          break;
        }
        if (block.size < 0) throw new FormatError('a negative size');
        extended += block.size;
        if (block.flag === 'g') globalSize += block.size;
        if (Math.max(extended, globalSize) > EXTENSION_LIMIT) throw new FormatError('extended headers over 1 MiB');
        const extension = Buffer.from(yield* want(block.size + padding(block.size)));
        raw.push(extension);
        const body = extension.subarray(0, block.size);
        if (block.flag === 'L') longName = untilNul(body);
        else if (block.flag === 'K') longLink = untilNul(body);
        else if (block.flag === 'g') {
          globals = merge(globals, readRecords(body));
          sawGlobals = true;
          raw.length = 0;
          extended = 0;
        } else records = [...records, ...readRecords(body)];
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      if (start === 0) throw new InputError(input, `is not a tar archive (${error.message})`);
      throw new InputError(input, `byte ${start}: ${error.message}`);
    }
  }

  function foundOf(
    block: Block,
    header: Header,
    part: { sparse: Sparse; stored: number } | undefined,
    raw: readonly Buffer[],
  ): Found {
    if (part) {
      checkSparse(part.sparse, part.stored);
      return { ...part, header: { ...header, size: part.sparse.size }, raw: undefined };
    }
    const own = !sawGlobals && (header.type === 'file' || block.size === 0);
    const blocks = raw.length === 1 ? raw[0] : Buffer.concat(raw);
    return { header, raw: own ? blocks : undefined, stored: header.size, sparse: undefined };
  }

  /** The map of an old GNU sparse file: four stretches in its header, more in the blocks behind it. */
  function* mapBlocks(first: Buffer): Generator<number, Stretch[], Buffer> {
    const stretches = readStretches(first, 386, 4);
    for (let more = first[482]; more; ) {
      const block = yield* want(BLOCK);
      stretches.push(...readStretches(block, 0, 21));
      if (stretches.length > EXTENSION_LIMIT / 24) throw new FormatError('a sparse map over 1 MiB');
      more = block[504];
    }
    return stretches;
  }

  /** How a sparse file is stored, in any of its dialects; undefined where it is not one. */
  function* sparseOf(
    header: Header,
    last: Buffer,
    maps: readonly Stretch[] | undefined,
    { records }: Extensions,
    local: readonly [string, string][],
  ): Generator<number, { sparse: Sparse; stored: number } | undefined, Buffer> {
    const stored = header.size;
    if (maps) return { sparse: { size: readNumber(last, 483, 12, 'sparse size'), stretches: maps }, stored };
    if (records.size === 0 || header.type !== 'file') return undefined;
    const size = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
    if (records.get('GNU.sparse.major') === '1') {
      const { stretches, bytes } = yield* mapInBody(stored);
      return { sparse: { size: mapNumber(size), stretches }, stored: stored - bytes };
    }
    return size === undefined
      ? undefined
      : { sparse: { size: mapNumber(size), stretches: stretchesOf(local) }, stored };
  }

  /** Sparse format 1.0: lines of numbers in front of the data, filled to a whole block. */
  function* mapInBody(stored: number): Generator<number, { stretches: Stretch[]; bytes: number }, Buffer> {
    const lines: string[] = [];
    let used = 0;
    let rest = '';
    let needed = 1;
    while (lines.length < needed) {
      if (used + BLOCK > Math.min(stored, EXTENSION_LIMIT)) throw new FormatError('damaged sparse map');
      const parts = (rest + (yield* want(BLOCK)).toString('latin1')).split('\n');
      used += BLOCK;
      rest = parts.pop() ?? '';
      lines.push(...parts);
      if (lines.length > 0) needed = 1 + 2 * mapNumber(lines[0]);
    }
    return { stretches: pairs(lines.slice(1, needed)), bytes: used };
  }
}

/** The zeros that fill a body to a whole block. */
export function padding(size: number): number {
  const over = size % BLOCK;
  return over === 0 ? 0 : BLOCK - over;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
