import type { EntryType, Header } from '../entries/entry.ts';
import { compare, isText, toText } from '../entries/names.ts';
import { FormatError } from '../errors.ts';
import { BLOCK, checksum, padding } from './block.ts';
import { fitsOctal, writeOctal } from './number.ts';
import { recordsText, timeText } from './pax.ts';

/*
 * The canonical writing of a header: ustar, with a PAX header in front where ustar cannot say it. The same header
 * always gives the same bytes.
 */

const flags: Record<EntryType, string> = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

/**
 * The blocks of a header: one, or three and more where a PAX header is needed. A file whose name ends in a slash is a
 * FormatError: readers take it for a directory, as before POSIX, and its content for headers.
 */
export function encode(header: Header): Buffer {
  if (header.type === 'file' && header.name.endsWith('/')) {
    throw new FormatError(`${toText(header.name)} is a file with the name of a directory`);
  }
  const split = splitName(header.name);
  const records = recordsOf(header, split !== undefined);
  const { prefix, name } = split ?? { prefix: '', name: header.name };
  if (records.size === 0) {
    const block = Buffer.allocUnsafe(BLOCK).fill(0);
    writeHeader(block, header, prefix, name);
    return block;
  }
  const text = textOf(records);
  const size = text.length + padding(text.length);
  // One buffer for all, since those of an entry are collected one by one.
  const blocks = Buffer.allocUnsafe(2 * BLOCK + size).fill(0);
  writeExtension(blocks.subarray(0, BLOCK), text.length);
  blocks.write(text, BLOCK, 'latin1');
  writeHeader(blocks.subarray(BLOCK + size), header, prefix, name);
  return blocks;
}

/** What ustar cannot say, or not exactly. */
function recordsOf(header: Header, nameFits: boolean): ReadonlyMap<string, string> {
  const { size, uid, gid, mtime, nanoseconds } = header;
  const isPlain =
    nameFits &&
    nanoseconds === 0 &&
    header.linkname.length <= 100 &&
    fitsOctal(size, 12) &&
    fitsOctal(mtime, 12) &&
    fitsOctal(uid, 8) &&
    fitsOctal(gid, 8) &&
    header.uname.length <= 32 &&
    header.gname.length <= 32 &&
    fitsOctal(header.devmajor, 8) &&
    fitsOctal(header.devminor, 8);
  if (isPlain) return header.pax;
  const records = new Map(header.pax);
  if (!nameFits) records.set('path', header.name);
  if (header.linkname.length > 100) records.set('linkpath', header.linkname);
  if (!fitsOctal(size, 12)) records.set('size', String(size));
  if (!fitsOctal(uid, 8)) records.set('uid', String(uid));
  if (!fitsOctal(gid, 8)) records.set('gid', String(gid));
  if (nanoseconds !== 0 || !fitsOctal(mtime, 12)) records.set('mtime', timeText({ seconds: mtime, nanoseconds }));
  for (const field of ['uname', 'gname'] as const) if (header[field].length > 32) records.set(field, header[field]);
  for (const field of ['devmajor', 'devminor'] as const) {
    if (!fitsOctal(header[field], 8)) records.set(`SCHILY.${field}`, String(header[field]));
  }
  const texts = [records.get('path'), records.get('linkpath'), records.get('uname'), records.get('gname')];
  if (texts.some((text) => text !== undefined && !isText(text))) records.set('hdrcharset', 'BINARY');
  return records;
}

function textOf(records: ReadonlyMap<string, string>): string {
  if (records.size === 1) return recordsText(records);
  // The charset record holds for those behind it, so it stands first.
  return recordsText(
    [...records].sort(([a], [b]) => Number(b === 'hdrcharset') - Number(a === 'hdrcharset') || compare(a, b)),
  );
}

/** The extended header: its own name means nothing and is the same for all. */
function writeExtension(block: Buffer, size: number): void {
  writeFields(block, { mode: 0o644, uid: 0, gid: 0, size, mtime: 0 });
  block.write('././@PaxHeader', 0, 'latin1');
  block[156] = 0x78;
  finish(block, 0, 0);
}

function writeHeader(block: Buffer, header: Header, prefix: string, name: string): void {
  block.write(name, 0, 100, 'latin1');
  writeFields(block, header);
  block[156] = flags[header.type].charCodeAt(0);
  if (header.linkname !== '') block.write(header.linkname, 157, 100, 'latin1');
  if (header.uname !== '') block.write(header.uname, 265, 32, 'latin1');
  if (header.gname !== '') block.write(header.gname, 297, 32, 'latin1');
  if (prefix !== '') block.write(prefix, 345, 155, 'latin1');
  finish(block, header.devmajor, header.devminor);
}

/** Numbers that a PAX record says are 0 in the block. */
function writeFields(block: Buffer, fields: Pick<Header, 'mode' | 'uid' | 'gid' | 'size' | 'mtime'>): void {
  writeOctal(block, fields.mode, 100, 8);
  writeOctal(block, fitsOctal(fields.uid, 8) ? fields.uid : 0, 108, 8);
  writeOctal(block, fitsOctal(fields.gid, 8) ? fields.gid : 0, 116, 8);
  writeOctal(block, fitsOctal(fields.size, 12) ? fields.size : 0, 124, 12);
  writeOctal(block, fitsOctal(fields.mtime, 12) ? fields.mtime : 0, 136, 12);
}

function finish(block: Buffer, devmajor: number, devminor: number): void {
  block.write('ustar\x0000', 257, 'latin1');
  writeOctal(block, fitsOctal(devmajor, 8) ? devmajor : 0, 329, 8);
  writeOctal(block, fitsOctal(devminor, 8) ? devminor : 0, 337, 8);
  // Six digits and a NUL, and what was there in v7 behind it.
  writeOctal(block, checksum(block), 148, 7);
  block[155] = 0x20;
}

/** A name of over 100 bytes fits where it can be parted at a slash into 155 and 100. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (name.length <= 100) return { prefix: '', name };
  if (name.length > 256) return undefined;
  // The slash that ends a directory's name belongs to it: the rest must not be empty.
  const slash = name.lastIndexOf('/', Math.min(155, name.length - 2));
  if (slash <= 0 || name.length - slash - 1 > 100) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}
