import * as crypto from 'node:crypto';
import { withoutEnd } from '../entries/names.ts';
import { FormatError } from '../errors.ts';

/*
 * RECORD (packaging.python.org, "Recording installed projects"): a CSV of path, digest and size. The digest is the
 * name of the algorithm, `=`, and URL-safe base64 without padding.
 */

export type Row = readonly [path: string, digest: string, size: string];

/** RECORD and METADATA are refused past this size in bytes. */
export const METADATA_LIMIT = 32 * 1024 * 1024;

/** The digests that a wheel may use; weaker ones prove nothing (PEP 427). */
const algorithms = new Set(['sha256', 'sha384', 'sha512']);

/** The rows of a RECORD; a quote without an end is a FormatError. */
export function readRecord(text: string): Row[] {
  return readCsv(text).map((fields) => [fields[0] ?? '', fields[1] ?? '', fields[2] ?? '']);
}

/** As Python's csv module reads it: quotes are doubled inside quotes, blank lines are left out. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') continue;
    const fields: string[] = [];
    let at = 0;
    while (at <= line.length) {
      if (line[at] !== '"') {
        const comma = line.indexOf(',', at);
        const end = comma < 0 ? line.length : comma;
        fields.push(line.slice(at, end));
        at = end + 1;
        continue;
      }
      let field = '';
      for (at++; ; ) {
        const quote = line.indexOf('"', at);
        if (quote < 0) throw new FormatError('RECORD has a quote without an end');
        field += line.slice(at, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        field += '"';
        at++;
      }
      if (at < line.length && line[at] !== ',') throw new FormatError('RECORD has something behind a quote');
      fields.push(field);
      at++;
    }
    rows.push(fields);
  }
  return rows;
}

/** As pip writes it: rows sorted as tuples of strings, CRLF, quotes only where they must be. */
export function writeRecord(rows: readonly Row[]): Buffer {
  const sorted = rows.toSorted((a, b) => byText(a[0], b[0]) || byText(a[1], b[1]) || byText(a[2], b[2]));
  return Buffer.from(
    sorted.map(([path, digest, size]) => `${quoted(path)},${quoted(digest)},${quoted(size)}\r\n`).join(''),
  );
}

/** By code points, as Python compares; JavaScript compares UTF-16 units, which differs past U+D800. */
function byText(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const SURROGATE = /[\ud800-\udfff]/;

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The row of a file that was made or changed. */
export function rowOf(path: string, content: Buffer): Row {
  return [path, `sha256=${digestOf('sha256', content)}`, String(content.length)];
}

/** A digest as RECORD has it; the one call, which Node has since 20.12, takes a fifth of the time for a small file. */
const digestOf: (algorithm: string, content: Buffer) => string = crypto.hash
  ? (algorithm, content) => crypto.hash(algorithm, content, 'base64url')
  : (algorithm, content) => crypto.createHash(algorithm).update(content).digest('base64url');

/** Lets a file through whose digest must be what its row says; that it is not is a FormatError, at the end of the file. */
export async function* checked(content: AsyncIterable<Buffer>, row: Row): AsyncGenerator<Buffer> {
  const hash = crypto.createHash(algorithmOf(row));
  let length = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    length += chunk.length;
    yield chunk;
  }
  check(row, length, hash.digest('base64url'));
}

/** Throws a FormatError where a file is not what its row says. */
export function checkNow(content: Buffer, row: Row): void {
  check(row, content.length, digestOf(algorithmOf(row), content));
}

/** Whether a file of a size may be what its row says; otherwise to read it tells what is wrong. */
export function isPromising(row: Row | undefined, size: number): boolean {
  if (row === undefined) return true;
  return algorithms.has(nameOfAlgorithm(row)) && (row[2] === '' || row[2] === String(size));
}

function nameOfAlgorithm([, digest]: Row): string {
  return /^[^=]*/.exec(digest)?.[0] ?? '';
}

function algorithmOf(row: Row): string {
  const algorithm = nameOfAlgorithm(row);
  if (algorithms.has(algorithm)) return algorithm;
  throw new FormatError(
    `RECORD lists ${row[0]} with ${algorithm === '' ? 'no digest' : `the digest ${algorithm}`}, which proves nothing`,
  );
}

function check(row: Row, length: number, digest: string): void {
  const [path, expected, size] = row;
  if (size !== '' && size !== String(length)) throw new FormatError(`RECORD lists ${path} with another size`);
  const algorithm = algorithmOf(row);
  if (`${algorithm}=${digest}` !== withoutEnd(expected, '=')) {
    throw new FormatError(`RECORD lists ${path} with another ${algorithm}`);
  }
}
