import { FormatError } from '../errors.ts';

/*
 * Numeric fields: octal digits in ASCII, or, where the first byte has its high bit set, a big-endian
 * two's complement number in base 256 (GNU tar, star).
 */

/** The number in a field of a header block; what is none, or past 2^53, is a FormatError that names the field. */
export function readNumber(block: Buffer, offset: number, length: number, field: string): number {
  const first = block[offset]!;
  return first & 0x80 ? readBase256(block, offset, length, field) : readOctal(block, offset, length, field);
}

function readOctal(block: Buffer, offset: number, length: number, field: string): number {
  const end = offset + length;
  let at = offset;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at++;
  let value = 0;
  while (at < end && block[at]! >= 0x30 && block[at]! <= 0x37) value = value * 8 + block[at++]! - 0x30;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at++;
  if (at < end) throw new FormatError(`damaged header: its ${field} is not a number`);
  return value;
}

function readBase256(block: Buffer, offset: number, length: number, field: string): number {
  const negative = (block[offset]! & 0x40) !== 0;
  // The high bit is the mark of the format; the one below it is the sign.
  let value = BigInt(negative ? block[offset]! - 0x100 : block[offset]! & 0x7f);
  for (let at = offset + 1; at < offset + length; at++) value = value * 256n + BigInt(block[at]!);
  return safe(value, field);
}

/** A number that JavaScript holds exactly; more than that (8 PiB, 285 million years) is refused. */
export function safe(value: bigint, field: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < -BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FormatError(`its ${field} is out of range`);
  }
  return Number(value);
}

/** Whether a number fits into an octal field of this many bytes, one of them the closing NUL. */
export function fitsOctal(value: number, length: 8 | 12): boolean {
  return value >= 0 && value < (length === 8 ? 0o10000000 : 0o100000000000);
}

/** Digits and a closing NUL. */
export function writeOctal(block: Buffer, value: number, offset: number, length: number): void {
  let rest = value;
  block[offset + length - 1] = 0;
  for (let at = offset + length - 2; at >= offset; at--) {
    block[at] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}
