import { PACKAGE_TEXT } from '../bytes/limits.ts';
import { isText } from '../entries/names.ts';
import { FormatError, printable } from '../errors.ts';

/*
 * What strangers wrote about their packages, made fit for a document: one line, without control characters.
 */

/** Text about a package that says nothing of which package it is: whatever is strange in it is escaped. */
export function aside(text: string | undefined, limit: number = PACKAGE_TEXT.other): string | undefined {
  if (text === undefined) return undefined;
  const line = printable(
    text
      .slice(0, 2 * limit)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return line === '' ? undefined : wellFormed(line.slice(0, limit));
}

/** A name or a version, which must be to the letter; what can be none is a FormatError. */
export function exact(text: string | undefined, what: string): string {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') throw new FormatError(`has no ${what}`);
  if (trimmed.length > PACKAGE_TEXT.name) throw new FormatError(`has a ${what} of ${trimmed.length} characters`);
  if (printable(trimmed) !== trimmed) {
    throw new FormatError(`has a ${what} with control characters: ${printable(trimmed)}`);
  }
  if (wellFormed(trimmed).includes('\ufffd')) throw new FormatError(`has a ${what} that is not UTF-8: ${trimmed}`);
  return trimmed;
}

/** The text of bytes that are UTF-8, or else, in files of old, latin1. */
export function lenient(bytes: string): string {
  return isText(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** The text of bytes that must be UTF-8: others become U+FFFD, which no name may have. */
export function strict(bytes: string | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Half of a character of two, as JSON can have it, is none. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
