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
/** The directory is read in pieces of so many bytes. */
const PIECE = 64 * 1024;

/** Where the directory of a zip is. */
export interface ZipDirectory {
  /** In the archive, in bytes. */
  readonly offset: number;
  /** How many bytes before the end of the archive its end record begins. */
  readonly tailSize: number;
  readonly count: number;
}

/** Finds and checks the directory of a zip. One that is not the whole truth is an InputError. */
export function findDirectory(archive: Place): ZipDirectory {
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
  checkCount(archive, offset, size, count);
  return { offset, tailSize, count };
}

/** Throws where the directory does not list just so many members. */
function checkCount(archive: Place, offset: number, size: number, count: number): void {
  const wrong = (): InputError => damaged(archive, 'its end record counts other members than its directory lists');
  let piece: Buffer = Buffer.alloc(0);
  let start = 0;
  let at = 0;
  for (let member = 0; member < count; member++) {
    if (at + HEADER_SIZE > size) throw wrong();
    if (at + HEADER_SIZE > start + piece.length) {
      start = at;
      piece = readNow(within(archive, offset + start, Math.min(PIECE, size - start)));
    }
    const header = piece.subarray(at - start);
    if (header.readUInt32LE(0) !== DIRECTORY_HEADER) throw wrong();
    at += HEADER_SIZE + header.readUInt16LE(28) + header.readUInt16LE(30) + header.readUInt16LE(32);
  }
  if (at !== size) throw wrong();
}

/**
 * How many bytes before the end the end record begins: the one whose comment reaches to the end. An archive with two
 * such shows different members to different readers.
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
  if (ends.length !== 1) throw damaged(archive, ends.length === 0 ? 'it has no directory' : 'it has two directories');
  return ends[0]!;
}

/** A zip that is not a good one, and why. */
export function damaged(archive: Place, what: string): InputError {
  return cutOff(archive.name, `is not a good zip archive: ${what}`);
}
