import { printable } from '../errors.ts';

/*
 * Names in a layer are bytes, not text. They are held as strings of one character a byte (latin1): such
 * strings compare in byte order, key a Map exactly, and take one byte a character in memory.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what ASCII is
const ASCII = /^[\x00-\x7f]*$/;

/** The bytes of a text (UTF-8), one character each. */
export function fromText(text: string): string {
  if (ASCII.test(text)) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A name as text for a person; bytes that are not UTF-8 are escaped, as are control characters. */
export function toText(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name;
  const bytes = Buffer.from(name, 'latin1');
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return printable(text);
  return printable(name).replace(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}

/** Whether a name's bytes are UTF-8. */
export function isText(name: string): boolean {
  if (ASCII.test(name)) return true;
  const bytes = Buffer.from(name, 'latin1');
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

/** A text without a character that it ends with, however often. A regular expression would look from each one to the end. */
export function withoutEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Byte order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The components of a path inside the root: no empty one, no `.`, and each `..` taken together with the one
 * before it. Undefined where the path climbs out of the root.
 */
export function components(path: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}

/** A component that is empty, `.` or `..`. */
const UNCLEAN = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** A path inside the root as its components, joined: most are written so, and need not be taken apart. */
export function cleanPath(path: string): string | undefined {
  const bare = withoutEnd(path, '/');
  return UNCLEAN.test(bare) ? components(path)?.join('/') : bare;
}
