import { FormatError } from '../errors.ts';
import { safe } from './number.ts';

/*
 * PAX records (POSIX.1-2024, pax, "pax Extended Header"): lines of `LENGTH KEY=VALUE\n`, where LENGTH counts the
 * whole line. Values are bytes and may hold anything, also line feeds and NULs.
 */

/** The records in their order; GNU's sparse maps repeat keys. */
export function readRecords(bytes: Buffer): [key: string, value: string][] {
  const records: [string, string][] = [];
  let at = 0;
  while (at < bytes.length) {
    // Some writers fill the last block within the declared size.
    if (bytes[at] === 0) {
      if (bytes.subarray(at).some((byte) => byte !== 0)) throw new FormatError('damaged PAX header');
      break;
    }
    const blank = bytes.indexOf(0x20, at);
    const digits = blank < 0 ? '' : bytes.toString('latin1', at, blank);
    const length = /^[0-9]{1,8}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    if (end > bytes.length || equals <= blank + 1 || equals >= end || bytes[end - 1] !== 0x0a) {
      throw new FormatError('damaged PAX header');
    }
    const key = bytes.toString('latin1', blank + 1, equals);
    if (key.includes('\0')) throw new FormatError('damaged PAX header');
    records.push([key, bytes.toString('latin1', equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** The bytes of records, one character each. */
export function recordsText(records: Iterable<readonly [key: string, value: string]>): string {
  let text = '';
  for (const [key, value] of records) {
    const rest = ` ${key}=${value}\n`;
    // The length counts its own digits: it settles after at most one more.
    let length = rest.length;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    text += length + rest;
  }
  return text;
}

/** A whole number of a record; what is none, or past 2^53, is a FormatError. */
export function paxNumber(value: string, key: string): number {
  if (!/^-?[0-9]{1,20}$/.test(value)) throw new FormatError(`its PAX record ${key} is not a number`);
  return safe(BigInt(value), key);
}

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A decimal number of seconds; digits past the nanosecond, which no file system holds, are cut off. */
export function paxTime(value: string, key: string): Time {
  const parts = /^(-?)([0-9]{1,20})(?:\.([0-9]{0,400}))?(?:e([+-]?[0-9]{1,2}))?$/i.exec(value);
  if (!parts) throw new FormatError(`its PAX record ${key} is not a time`);
  const { sign, whole, fraction } = shifted(parts);
  const seconds = safe(BigInt(whole), key);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign === '') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** Python's tarfile writes some times as floating-point numbers do: `1e-05`. */
function shifted([, sign = '', whole = '', fraction = '', exponent]: string[]): {
  sign: string;
  whole: string;
  fraction: string;
} {
  if (exponent === undefined) return { sign, whole, fraction };
  const shift = Number(exponent);
  const digits = `${'0'.repeat(Math.max(0, -shift))}${whole}${fraction}${'0'.repeat(Math.max(0, shift))}`;
  const point = Math.max(0, -shift) + whole.length + shift;
  return { sign, whole: digits.slice(0, point) || '0', fraction: digits.slice(point) };
}

/** A time as a record writes it: seconds, with a fraction where there is one, without zeros at its end. */
export function timeText({ seconds, nanoseconds }: Time): string {
  if (nanoseconds === 0) return String(seconds);
  const negative = seconds < 0;
  const whole = negative ? -(seconds + 1) : seconds;
  let digits = negative ? 1e9 - nanoseconds : nanoseconds;
  let length = 9;
  for (; digits % 10 === 0; length--) digits /= 10;
  return `${negative ? '-' : ''}${whole}.${String(digits).padStart(length, '0')}`;
}
