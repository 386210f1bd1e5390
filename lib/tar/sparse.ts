import { EXTENSION_LIMIT } from '../bytes/limits.ts';
import type { Header } from '../entries/entry.ts';
import { FormatError } from '../errors.ts';
import { BLOCK } from './block.ts';
import type { Records } from './extensions.ts';
import { readNumber } from './number.ts';

/*
 * GNU's sparse files (GNU tar manual, "Storing Sparse Files"): the body holds only the stretches that have data. The
 * map of these stands in the header (old GNU type S), in PAX records (0.0, 0.1) or at the start of the body (1.0).
 */

/** What a stretch of a map takes in an old GNU header, in bytes: an offset and a size. */
const STRETCH = 24;

export interface Stretch {
  readonly offset: number;
  readonly size: number;
}

export interface Sparse {
  /** The size of the file with its holes. */
  readonly size: number;
  readonly stretches: readonly Stretch[];
}

/** Asks for the next bytes of a layer: a part of its grammar. */
type Want = (size: number) => Generator<number, Buffer, Buffer>;

/** The map of an old GNU sparse file: four stretches in its header, more in the blocks behind it. */
export function* mapBlocks(first: Buffer, want: Want): Generator<number, Stretch[], Buffer> {
  const stretches = readStretches(first, 386, 4);
  for (let more = first[482]; more; ) {
    const block = yield* want(BLOCK);
    stretches.push(...readStretches(block, 0, 21));
    if (stretches.length > EXTENSION_LIMIT / STRETCH) throw new FormatError('a sparse map over 1 MiB');
    more = block[504];
  }
  return stretches;
}

/**
 * How a sparse file is stored, in any of its dialects; undefined where a file is not sparse.
 *
 * @param last the header block
 * @param map what the header of an old GNU file says
 * @param records global and local PAX records, merged
 * @param local the local ones in their order, since a map repeats keys
 */
export function* sparseOf(
  header: Header,
  last: Buffer,
  map: readonly Stretch[] | undefined,
  records: Records,
  local: readonly [string, string][],
  want: Want,
): Generator<number, { sparse: Sparse; stored: number } | undefined, Buffer> {
  const stored = header.size;
  if (map) return { sparse: { size: readNumber(last, 483, 12, 'sparse size'), stretches: map }, stored };
  if (records.size === 0 || header.type !== 'file') return undefined;
  const size = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
  if (records.get('GNU.sparse.major') === '1') {
    const { stretches, bytes } = yield* mapInBody(stored, want);
    return { sparse: { size: mapNumber(size), stretches }, stored: stored - bytes };
  }
  return size === undefined ? undefined : { sparse: { size: mapNumber(size), stretches: mapInRecords(local) }, stored };
}

/** The map of an old GNU header or of one of the blocks that continue it; a size of 0 at 0 ends it. */
function readStretches(block: Buffer, offset: number, count: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = offset; at < offset + count * STRETCH; at += STRETCH) {
    if (block[at + 12] === 0) break;
    stretches.push({
      offset: readNumber(block, at, 12, 'sparse map'),
      size: readNumber(block, at + 12, 12, 'sparse map'),
    });
  }
  return stretches;
}

/** A sparse map in PAX records: 0.0 repeats an offset and a size, 0.1 lists both in one record. */
function mapInRecords(records: readonly (readonly [string, string])[]): Stretch[] {
  const numbers: string[] = [];
  for (const [key, value] of records) {
    if (key === 'GNU.sparse.map') numbers.push(...value.split(',').filter((number) => number !== ''));
    else if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') numbers.push(value);
  }
  return pairs(numbers);
}

/** Sparse format 1.0: lines of numbers in front of the data, filled to a whole block. */
function* mapInBody(stored: number, want: Want): Generator<number, { stretches: Stretch[]; bytes: number }, Buffer> {
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

function pairs(numbers: readonly string[]): Stretch[] {
  if (numbers.length % 2 !== 0) throw new FormatError('damaged sparse map');
  const stretches: Stretch[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    stretches.push({ offset: mapNumber(numbers[at]), size: mapNumber(numbers[at + 1]) });
  }
  return stretches;
}

function mapNumber(text: string | undefined): number {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) throw new FormatError('damaged sparse map');
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new FormatError('damaged sparse map');
  return value;
}

/** Refuses a map whose stretches overlap, run backwards, leave the file or do not add up to the stored bytes. */
export function checkSparse({ size, stretches }: Sparse, stored: number): void {
  let end = 0;
  let sum = 0;
  for (const stretch of stretches) {
    if (stretch.offset < end) throw new FormatError('damaged sparse map: its stretches overlap');
    end = stretch.offset + stretch.size;
    sum += stretch.size;
  }
  if (end > size) throw new FormatError('damaged sparse map: it goes past the end of the file');
  if (sum !== stored) throw new FormatError('damaged sparse map: it does not add up to the stored bytes');
}

const HOLE = Buffer.from(new ArrayBuffer(64 * 1024));

/** Whether a part of a body is one of a hole. */
export function isHole(part: Buffer): boolean {
  return part.buffer === HOLE.buffer;
}

/** Parts smaller than this are gathered, in bytes: a file may have thousands of stretches of a byte. */
const GATHERED = 16 * 1024;

/**
 * The whole file, holes as zeros, from the stored bytes.
 *
 * @param tooShort the error where these end too early
 */
export async function* expand(
  sparse: Sparse,
  stored: AsyncIterable<Buffer>,
  tooShort: () => Error,
): AsyncGenerator<Buffer> {
  let small: Buffer[] = [];
  let size = 0;
  for await (const part of partsOf(sparse, stored, tooShort)) {
    if (part.length < GATHERED) {
      small.push(part);
      size += part.length;
      if (size < HOLE.length) continue;
    }
    if (size > 0) yield Buffer.concat(small);
    if (part.length >= GATHERED) yield part;
    small = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(small);
}

async function* partsOf(
  { size, stretches }: Sparse,
  stored: AsyncIterable<Buffer>,
  tooShort: () => Error,
): AsyncGenerator<Buffer> {
  const chunks = stored[Symbol.asyncIterator]();
  let chunk: Buffer = HOLE.subarray(0, 0);
  let at = 0;
  for (const stretch of [...stretches, { offset: size, size: 0 }]) {
    for (; at < stretch.offset; at += HOLE.length) yield HOLE.subarray(0, Math.min(HOLE.length, stretch.offset - at));
    at = stretch.offset + stretch.size;
    for (let left = stretch.size; left > 0; ) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done) throw tooShort();
        chunk = next.value;
      }
      const part = chunk.subarray(0, left);
      chunk = chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
  // The end of the stored bytes is the end of their stream: whoever feeds it waits for that.
  while (!(await chunks.next()).done);
}
