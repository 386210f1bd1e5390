import type { EntryType, Header } from '../entry.ts';
import { compare, isText } from '../names.ts';
import { BLOCK, checksum } from './header.ts';
import { padding } from './headers.ts';
import { fitsOctal, writeOctal } from './number.ts';
import { timeText, writeRecords } from './pax.ts';

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

/** The blocks of a header: one, or three and more where a PAX header is needed. */
export function encode(header: Header): Buffer {
  const records = new Map(header.pax);
  const split = splitName(header.name);
  if (!split) records.set('path', header.name);
  if (header.linkname.length > 100) records.set('linkpath', header.linkname);
  if (!fitsOctal(header.size, 12)) records.set('size', String(header.size));
  if (!fitsOctal(header.uid, 8)) records.set('uid', String(header.uid));
  if (!fitsOctal(header.gid, 8)) records.set('gid', String(header.gid));
  if (header.nanoseconds !== 0 || !fitsOctal(header.mtime, 12)) {
    records.set('mtime', timeText({ seconds: header.mtime, nanoseconds: header.nanoseconds }));
  }
  for (const field of ['uname', 'gname'] as const) if (header[field].length > 32) records.set(field, header[field]);
  for (const field of ['devmajor', 'devminor'] as const) {
    if (!fitsOctal(header[field], 8)) records.set(`SCHILY.${field}`, String(header[field]));
  }
  const { prefix, name } = split ?? { prefix: '', name: header.name };
  const block = encodeBlock(header, flags[header.type], prefix, name);
  if (records.size === 0) return block;
  const texts = [records.get('path'), records.get('linkpath'), records.get('uname'), records.get('gname')];
  if (texts.some((text) => text !== undefined && !isText(text))) records.set('hdrcharset', 'BINARY');
  return Buffer.concat([...extension(records), block]);
}

/** The extended header: its own name means nothing and is the same for all. */
function extension(records: ReadonlyMap<string, string>): Buffer[] {
  // The charset record holds for those behind it, so it stands first.
  const sorted = [...records].sort(
    ([a], [b]) => Number(b === 'hdrcharset') - Number(a === 'hdrcharset') || compare(a, b),
  );
  const bytes = writeRecords(sorted);
  const block = Buffer.alloc(BLOCK);
  writeFields(block, { mode: 0o644, uid: 0, gid: 0, size: bytes.length, mtime: 0 });
  block.write('././@PaxHeader', 0, 'latin1');
  block[156] = 0x78;
  finish(block);
  return [block, bytes, Buffer.alloc(padding(bytes.length))];
}

function encodeBlock(header: Header, flag: string, prefix: string, name: string): Buffer {
  const block = Buffer.allocUnsafe(BLOCK).fill(0);
  block.write(name, 0, 100, 'latin1');
  writeFields(block, header);
  block[156] = flag.charCodeAt(0);
  if (header.linkname !== '') block.write(header.linkname, 157, 100, 'latin1');
  block.write(header.uname, 265, 32, 'latin1');
  block.write(header.gname, 297, 32, 'latin1');
  writeOctal(block, fitsOctal(header.devmajor, 8) ? header.devmajor : 0, 329, 8);
  writeOctal(block, fitsOctal(header.devminor, 8) ? header.devminor : 0, 337, 8);
  if (prefix !== '') block.write(prefix, 345, 155, 'latin1');
  finish(block);
  return block;
}

/** Numbers that a PAX record says are 0 in the block. */
function writeFields(block: Buffer, fields: Pick<Header, 'mode' | 'uid' | 'gid' | 'size' | 'mtime'>): void {
  writeOctal(block, fields.mode, 100, 8);
  writeOctal(block, fitsOctal(fields.uid, 8) ? fields.uid : 0, 108, 8);
  writeOctal(block, fitsOctal(fields.gid, 8) ? fields.gid : 0, 116, 8);
  writeOctal(block, fitsOctal(fields.size, 12) ? fields.size : 0, 124, 12);
  writeOctal(block, fitsOctal(fields.mtime, 12) ? fields.mtime : 0, 136, 12);
}

function finish(block: Buffer): void {
  block.write('ustar\x0000', 257, 'latin1');
  if (block[329] === 0) {
    writeOctal(block, 0, 329, 8);
    writeOctal(block, 0, 337, 8);
  }
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
