import { SECTION_LIMIT } from '../bytes/limits.ts';
import { type Place, readNow, within } from '../bytes/place.ts';

/** Reads a file anywhere, at once: fewer bytes where it ends. */
export type ReadAt = (offset: number, size: number) => Buffer;

/** A stretch of a program in memory, and what of the file goes there. */
interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** An ELF program (System V ABI, chapter 4), by the addresses that it has when it runs. */
export interface Program {
  readonly isBig: boolean;
  /** The bytes at an address; fewer where what the file has there ends. */
  at(address: number, size: number): Buffer;
  /** A section of a name; `none` where it has others, undefined where it has no names of sections. */
  section(name: string): { readonly address: number; readonly size: number } | 'none' | undefined;
  readonly segments: readonly Segment[];
}

const MAGIC = 0x7f454c46;
const EXECUTABLE = 2;
const SHARED = 3;
export const LOADED = 1;
export const RUNS = 1;
export const WRITES = 2;

/** Whether a file that begins so is an ELF file. */
export function isElf(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === MAGIC;
}

/** Reads a place. */
export function placeReader(place: Place): ReadAt {
  return (offset, size) => {
    const start = Math.min(Math.max(0, offset), place.size);
    return readNow(within(place, start, Math.min(size, place.size - start)));
  };
}

/** Reads bytes in memory. */
export function bufferReader(bytes: Buffer): ReadAt {
  return (offset, size) => bytes.subarray(Math.max(0, offset), Math.max(0, offset) + size);
}

/** The program in a file; undefined where it is none, or too broken to run. */
export function programOf(read: ReadAt): Program | undefined {
  const head = read(0, 64);
  if (head.length < 52 || !isElf(head)) return undefined;
  const isWide = head[4] === 2;
  const isBig = head[5] === 2;
  if (isWide && head.length < 64) return undefined;
  const short = (from: Buffer, at: number): number => (isBig ? from.readUInt16BE(at) : from.readUInt16LE(at));
  const word = (from: Buffer, at: number): number => (isBig ? from.readUInt32BE(at) : from.readUInt32LE(at));
  const address = (from: Buffer, at: number): number => {
    if (!isWide) return word(from, at);
    // Past 2^53 there is nothing in a file.
    return Number(isBig ? from.readBigUInt64BE(at) : from.readBigUInt64LE(at));
  };
  if (![EXECUTABLE, SHARED].includes(short(head, 16))) return undefined;

  const headerSize = isWide ? 56 : 32;
  const segments = rows(
    read,
    address(head, isWide ? 32 : 28),
    short(head, isWide ? 54 : 42),
    short(head, isWide ? 56 : 44),
    headerSize,
  );
  const sectionSize = isWide ? 64 : 40;
  const sectionCount = short(head, isWide ? 60 : 48);
  const namesIndex = short(head, isWide ? 62 : 50);

  const loaded = segments.map(
    (row): Segment => ({
      type: word(row, 0),
      flags: word(row, isWide ? 4 : 24),
      offset: address(row, isWide ? 8 : 4),
      address: address(row, isWide ? 16 : 8),
      size: address(row, isWide ? 32 : 16),
    }),
  );

  return {
    isBig,
    segments: loaded,
    at(from, size) {
      const segment = loaded.find((one) => one.type === LOADED && one.address <= from && from < one.address + one.size);
      if (segment === undefined) return Buffer.alloc(0);
      const skipped = from - segment.address;
      return read(segment.offset + skipped, Math.min(size, segment.size - skipped));
    },
    section(name) {
      const table = rows(
        read,
        address(head, isWide ? 40 : 32),
        short(head, isWide ? 58 : 46),
        sectionCount,
        sectionSize,
      );
      const namesRow = table[namesIndex];
      if (namesRow === undefined) return undefined;
      const namesAt = address(namesRow, isWide ? 24 : 16);
      const names = read(namesAt, Math.min(address(namesRow, isWide ? 32 : 20), SECTION_LIMIT * 64));
      if (names.length === 0) return undefined;
      for (const row of table) {
        const start = word(row, 0);
        const end = names.indexOf(0, start);
        if (names.toString('latin1', start, end < 0 ? start : end) !== name) continue;
        return { address: address(row, isWide ? 16 : 12), size: address(row, isWide ? 32 : 20) };
      }
      return 'none';
    },
  };
}

/** The rows of a table; none where it is not whole. */
function rows(read: ReadAt, offset: number, size: number, count: number, least: number): Buffer[] {
  if (size < least || count > SECTION_LIMIT) return [];
  const table = read(offset, size * count);
  if (table.length < size * count) return [];
  return Array.from({ length: count }, (_, at) => table.subarray(at * size, (at + 1) * size));
}
