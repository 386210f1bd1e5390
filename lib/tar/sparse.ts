import { FormatError } from '../errors.ts';
import { readNumber } from './number.ts';

/*
 * GNU's sparse files (GNU tar manual, "Storing Sparse Files"): the body holds only the stretches that have data. The
 * map of these stands in the header (old GNU type S), in PAX records (0.0, 0.1) or at the start of the body (1.0).
 */

/** Extended headers and sparse maps are refused past this size in bytes. */
export const EXTENSION_LIMIT = 1024 * 1024;

export interface Stretch {
  readonly offset: number;
  readonly size: number;
}

export interface Sparse {
  /** The size of the file with its holes. */
  readonly size: number;
  readonly stretches: readonly Stretch[];
}

/** The map of an old GNU header or of one of the blocks that continue it; a size of 0 at 0 ends it. */
export function readStretches(block: Buffer, offset: number, count: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = offset; at < offset + count * 24; at += 24) {
    if (block[at + 12] === 0) break;
    stretches.push({
      offset: readNumber(block, at, 12, 'sparse map'),
      size: readNumber(block, at + 12, 12, 'sparse map'),
    });
  }
  return stretches;
}

/** A sparse map told in PAX records: 0.0 repeats an offset and a size, 0.1 lists both in one record. */
export function stretchesOf(records: readonly (readonly [string, string])[]): Stretch[] {
  const numbers: string[] = [];
  for (const [key, value] of records) {
    if (key === 'GNU.sparse.map') numbers.push(...value.split(',').filter((number) => number !== ''));
    else if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') numbers.push(value);
  }
  return pairs(numbers);
}

export function pairs(numbers: readonly string[]): Stretch[] {
  if (numbers.length % 2 !== 0) throw new FormatError('damaged sparse map');
  const stretches: Stretch[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    stretches.push({ offset: mapNumber(numbers[at]), size: mapNumber(numbers[at + 1]) });
  }
  return stretches;
}

export function mapNumber(text: string | undefined): number {
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

const HOLE = Buffer.alloc(64 * 1024);

/** The whole file, holes as zeros, from the stored bytes. */
export async function* expand({ size, stretches }: Sparse, stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = stored[Symbol.asyncIterator]();
  let held: Buffer = HOLE.subarray(0, 0);
  let at = 0;
  for (const stretch of [...stretches, { offset: size, size: 0 }]) {
    for (; at < stretch.offset; at += HOLE.length) yield HOLE.subarray(0, Math.min(HOLE.length, stretch.offset - at));
    at = stretch.offset + stretch.size;
    for (let left = stretch.size; left > 0; ) {
      if (held.length === 0) {
        const next = await chunks.next();
        if (next.done) throw new FormatError('a sparse file ends too early');
        held = next.value;
      }
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
  // The end of the stored bytes is the end of their stream: whoever feeds it waits for that.
  while (!(await chunks.next()).done);
}
