import { DIRECTORY_LIMIT, MEMBER_LIMIT } from '../bytes/limits.ts';
import { type Place, readNow, within } from '../bytes/place.ts';
import { cutOff, type InputError } from '../errors.ts';

/*
 * The end records and the directory of a zip (PKWARE APPNOTE 6.3, 4.3.12 to 4.3.16). unzipper, which reads the directory,
 * believes what they say; so they are held against each other and against the archive before.
 */

const END_RECORD = 0x06054b50;
const END_SIZE = 22;
const END64_RECORD = 0x06064b50;
const END64_SIZE = 56;
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;
const DIRECTORY_HEADER = 0x02014b50;
const HEADER_SIZE = 46;
const UNICODE_PATH = 0x7075;
/** The directory is read in pieces of so many bytes. */
const PIECE = 64 * 1024;
/** And told in parts of so many members, or of some more than so many bytes. */
const PART = { members: 500, bytes: 1024 * 1024 };

type Sizes = [name: number, extra: number, comment: number];

/** Where the directory of a zip is, or a part of it with whole members: an offset in the archive and a size, in bytes. */
export interface ZipDirectory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

/** Finds and checks the directory of a zip, and tells it in parts. One that is not the whole truth is an InputError. */
export function findDirectory(archive: Place): { offset: number; parts: ZipDirectory[] } {
  const tailSize = tailOf(archive);
  const end = readNow(within(archive, archive.size - tailSize, END_SIZE));
  let firstRecord = archive.size - tailSize;
  let fields = {
    disks: [end.readUInt16LE(4), end.readUInt16LE(6)],
    counts: [end.readUInt16LE(8), end.readUInt16LE(10)],
  };
  let size = end.readUInt32LE(12);
  let offset = end.readUInt32LE(16);
  const isLarge = [...fields.disks, ...fields.counts].includes(0xffff) || [size, offset].includes(0xffffffff);
  if (isLarge && firstRecord >= LOCATOR_SIZE + END64_SIZE) {
    const locator = readNow(within(archive, firstRecord - LOCATOR_SIZE, LOCATOR_SIZE));
    if (locator.readUInt32LE(0) === LOCATOR) {
      if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1) throw damaged(archive, 'it has several parts');
      if (fields.disks.some((disk) => disk !== 0 && disk !== 0xffff)) throw damaged(archive, 'it has several parts');
      firstRecord -= LOCATOR_SIZE + END64_SIZE;
      const end64 = readNow(within(archive, firstRecord, END64_SIZE));
      if (end64.readUInt32LE(0) !== END64_RECORD || Number(locator.readBigUInt64LE(8)) !== firstRecord) {
        throw damaged(archive, 'its zip64 end record is not where it should be');
      }
      fields = {
        disks: [end64.readUInt32LE(16), end64.readUInt32LE(20)],
        counts: [Number(end64.readBigUInt64LE(24)), Number(end64.readBigUInt64LE(32))],
      };
      size = Number(end64.readBigUInt64LE(40));
      offset = Number(end64.readBigUInt64LE(48));
    }
  }
  const [count = 0, total] = fields.counts;
  if (fields.disks.some((disk) => disk !== 0) || count !== total) throw damaged(archive, 'it has several parts');
  if (offset + size !== firstRecord) throw damaged(archive, 'its directory does not stand before its end record');
  if (count > MEMBER_LIMIT) throw damaged(archive, `it has more than ${MEMBER_LIMIT} members`);
  if (size > DIRECTORY_LIMIT) throw damaged(archive, `its directory is larger than ${DIRECTORY_LIMIT} bytes`);
  return { offset, parts: partsOf(archive, { offset, size, count }) };
}

/** A part of a directory with an end record of its own: a zip that whoever reads directories can read. */
export function withEnd(archive: Place, { offset, size, count }: ZipDirectory): Buffer {
  const bytes = Buffer.alloc(size + END_SIZE);
  readNow(within(archive, offset, size), bytes.subarray(0, size));
  bytes.writeUInt32LE(END_RECORD, size);
  bytes.writeUInt16LE(count, size + 8);
  bytes.writeUInt16LE(count, size + 10);
  bytes.writeUInt32LE(size, size + 12);
  return bytes;
}

/** The directory in parts; throws where it does not list just so many members, or one of them is not whole. */
function partsOf(archive: Place, { offset, size, count }: ZipDirectory): ZipDirectory[] {
  const wrong = (): InputError => damaged(archive, 'its end record counts other members than its directory lists');
  let piece: Buffer = Buffer.alloc(0);
  let start = 0;
  /** So many bytes of the directory. */
  function bytes(at: number, length: number): Buffer {
    if (at + length > size) throw wrong();
    if (at + length > start + piece.length) {
      start = at;
      piece = readNow(within(archive, offset + at, Math.min(Math.max(PIECE, length), size - at)));
    }
    return piece.subarray(at - start, at - start + length);
  }
  const parts: ZipDirectory[] = [];
  let first = 0;
  let members = 0;
  let at = 0;
  for (let left = count; left > 0; left--) {
    const header = bytes(at, HEADER_SIZE);
    if (header.readUInt32LE(0) !== DIRECTORY_HEADER) throw wrong();
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => header.readUInt16LE(field)) as Sizes;
    at += HEADER_SIZE;
    if (extraSize > 0) {
      const texts = bytes(at, nameSize + extraSize);
      checkExtra(archive, texts.subarray(0, nameSize), texts.subarray(nameSize));
    }
    at += nameSize + extraSize + commentSize;
    members++;
    if (left > 1 && members < PART.members && at - first < PART.bytes) continue;
    parts.push({ offset: offset + first, size: at - first, count: members });
    first = at;
    members = 0;
  }
  if (at !== size) throw wrong();
  return parts;
}

/** Throws where an extra field (4.5.1) goes past the end of them all, or gives the member a second name (4.6.9). */
function checkExtra(archive: Place, name: Buffer, extra: Buffer): void {
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) throw damaged(archive, 'an extra field goes past the end of its member');
    // Behind a version and a checksum. Python 3.12 and newer take the name, others do not.
    if (extra.readUInt16LE(at) === UNICODE_PATH && !extra.subarray(at + 9, end).equals(name)) {
      throw damaged(archive, 'a member has two names');
    }
    at = end;
  }
}

/**
 * How many bytes before the end the end record begins: the one whose comment reaches to the end. An archive with two
 * such shows different members to different readers, and one with another signature in its comment none to Python, which
 * takes the last.
 */
function tailOf(archive: Place): number {
  const size = Math.min(archive.size, END_SIZE + 0xffff);
  const tail = readNow(within(archive, archive.size - size, size));
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_RECORD);
  const ends: number[] = [];
  for (let at = tail.indexOf(signature); at >= 0 && at + END_SIZE <= size; at = tail.indexOf(signature, at + 1)) {
    if (at + END_SIZE + tail.readUInt16LE(at + 20) === size) ends.push(size - at);
  }
  const [end] = ends;
  if (end === undefined) throw damaged(archive, 'it has no directory');
  if (ends.length > 1) throw damaged(archive, 'it has two directories');
  if (end > END_SIZE && tail.lastIndexOf(signature) !== size - end)
    throw damaged(archive, 'its comment looks like another end');
  return end;
}

/** A zip that is not a good one, and why. */
export function damaged(archive: Place, what: string): InputError {
  return cutOff(archive.name, `is not a good zip archive: ${what}`);
}
