import { FormatError } from '../errors.ts';
import { readNumber } from './number.ts';

/*
 * One header block (POSIX.1-2024, pax, "ustar Interchange Format"): v7, ustar, GNU and star in their own words.
 */

export const BLOCK = 512;

/** A header block taken apart, before long names and PAX records are applied. */
export interface Block {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** The type flag, one character; NUL of old is '0'. */
  readonly flag: string;
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
  readonly devmajor: number;
  readonly devminor: number;
}

/** The zeros that fill a body to a whole block. */
export function padding(size: number): number {
  const over = size % BLOCK;
  return over === 0 ? 0 : BLOCK - over;
}

/** Whether a block is one of those that end an archive. */
export function isZero(block: Buffer): boolean {
  return block[0] === 0 && block.equals(zeros);
}

const zeros = Buffer.alloc(BLOCK);

/** Takes a header block apart. A wrong checksum, or a field that is no number, is a FormatError. */
export function readBlock(block: Buffer): Block {
  if (!sumIsRight(block)) throw new FormatError('damaged header: its checksum is wrong');
  const magic = block.toString('latin1', 257, 265);
  const posix = magic.startsWith('ustar\0');
  const known = posix || magic === 'ustar  \0';
  const flag = block[156] === 0 ? '0' : String.fromCharCode(block[156]!);
  const device = known && (flag === '3' || flag === '4');
  return {
    name: nameOf(block, posix),
    // Some writers add the file type; the type flag says it already.
    mode: readNumber(block, 100, 8, 'mode') & 0o7777,
    uid: readNumber(block, 108, 8, 'uid'),
    gid: readNumber(block, 116, 8, 'gid'),
    size: readNumber(block, 124, 12, 'size'),
    mtime: readNumber(block, 136, 12, 'mtime'),
    flag,
    linkname: string(block, 157, 100),
    uname: known ? string(block, 265, 32) : '',
    gname: known ? string(block, 297, 32) : '',
    devmajor: device ? readNumber(block, 329, 8, 'device number') : 0,
    devminor: device ? readNumber(block, 337, 8, 'device number') : 0,
  };
}

/** Only POSIX has a prefix; GNU keeps times and a sparse map there, and star keeps times in its last 24 bytes. */
function nameOf(block: Buffer, posix: boolean): string {
  const name = string(block, 0, 100);
  if (!posix) return name;
  const star = block.toString('latin1', 508, 512) === 'tar\0';
  const prefix = string(block, 345, star ? 131 : 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function string(block: Buffer, offset: number, length: number): string {
  let end = offset;
  while (end < offset + length && block[end] !== 0) end++;
  return block.toString('latin1', offset, end);
}

/** The checksum is the sum of all bytes, its own field taken as blanks; some old writers summed signed bytes. */
function sumIsRight(block: Buffer): boolean {
  const stored = readNumber(block, 148, 8, 'checksum');
  const sum = checksum(block);
  if (stored === sum) return true;
  let high = 0;
  for (let at = 0; at < BLOCK; at++) if (block[at]! >= 0x80 && (at < 148 || at >= 156)) high++;
  return stored === sum - 256 * high;
}

/**
 * The sum of all bytes of a header block, its own field taken as blanks (POSIX.1-2024, pax, "ustar Interchange
 * Format").
 */
export function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < 148; at++) sum += block[at]!;
  for (let at = 156; at < BLOCK; at++) sum += block[at]!;
  return sum;
}
