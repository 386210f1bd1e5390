import type { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { Open } from 'unzipper';
import { chunksOf, type Place, readNow, within } from '../bytes/place.ts';
import { SMALL } from '../entries/entry.ts';
import { errorCode } from '../errors.ts';
import { placeSource } from '../streams/source.ts';
import { cp437 } from './cp437.ts';
import { crc32 } from './crc32.ts';
import { damaged, findDirectory } from './zip-directory.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * Zip archives (PKWARE APPNOTE 6.3) that can be read at any time. unzipper reads the directory; that the members are
 * what it says, and that nothing else is in the archive, is verified here, to the last byte.
 */

export interface Member {
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970, the DOS time taken as UTC. */
  readonly mtime: number;
  /** The Unix mode with its type bits, or 0 where the archive does not tell. */
  readonly mode: number;
  /** The content, verified as it is read: that it is damaged is an InputError at its end at the latest. */
  read(): AsyncIterable<Buffer>;
}

/** A member as the directory tells of it. */
interface Listed {
  readonly name: string;
  readonly rawName: Buffer;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

const LOCAL_HEADER = 0x04034b50;
const LOCAL_SIZE = 30;
const DESCRIPTOR = 0x08074b50;
/** Bits of the flags (4.4.4): encrypted, patched data, strongly encrypted, a masked directory. */
const UNREADABLE = 0x1 | 0x20 | 0x40 | 0x2000;
/** The sizes and the CRC stand behind the content as well. */
const HAS_DESCRIPTOR = 8;
const STORED = 0;
const DEFLATED = 8;

/**
 * The members in the order of the directory; names that end in a slash are directories. An archive that holds anything
 * else than its members and its directory is an InputError: another reader might see it.
 */
export async function readZip(archive: Place): Promise<Member[]> {
  const { offset: directoryOffset, tailSize } = findDirectory(archive);
  const source = {
    size: () => Promise.resolve(archive.size),
    stream(offset: number, length = archive.size): Readable {
      const start = Math.min(Math.max(0, offset), archive.size);
      const stream = placeSource(within(archive, start, Math.min(length, archive.size - start)));
      // unzipper has no ear for errors; whoever reads a member meets them.
      stream.on('error', () => {});
      return stream;
    },
  };
  const directory = await Open.custom(source, { tailSize }).catch((error: unknown) => {
    throw damaged(archive, error instanceof Error ? error.message : String(error));
  });
  const listed = directory.files.map(
    (file): Listed => ({
      name: file.isUnicode ? file.path : cp437(file.pathBuffer),
      // unzipper gives a text where there is no name.
      rawName: Buffer.from(file.pathBuffer),
      method: file.compressionMethod,
      flags: file.flags,
      crc: file.crc32 >>> 0,
      packed: file.compressedSize,
      size: file.uncompressedSize,
      offset: file.offsetToLocalFileHeader,
    }),
  );
  for (const { name, packed, size, offset } of listed) {
    if ([packed, size, offset].every((number) => Number.isSafeInteger(number) && number >= 0)) continue;
    throw damaged(archive, `${name} has a damaged size or place`);
  }
  const places = placesOf(archive, listed, directoryOffset);
  return directory.files.map((file, at): Member => {
    const { name, size, method, crc } = listed[at]!;
    const mtime = dosTime(file.lastModifiedDate, file.lastModifiedTime);
    const mode = file.externalFileAttributes >>> 16;
    return memberOf({ archive, name, size, method, crc, place: places.get(listed[at]!)! }, mtime, mode);
  });
}

/** A member is kept as long as its wheel: made in a function of its own, it keeps nothing else of the directory. */
function memberOf(stored: Stored, mtime: number, mode: number): Member {
  const { name, size } = stored;
  return { name, size, mtime, mode, read: () => memberContent(stored) };
}

/** Where the packed bytes of each member are: they must follow each other from the start up to the directory. */
function placesOf(archive: Place, listed: readonly Listed[], directoryOffset: number): Map<Listed, Place> {
  const places = new Map<Listed, Place>();
  let end = 0;
  let last: Listed | undefined;
  const close = (next: number): void => {
    if (last && last.flags & HAS_DESCRIPTOR) end += descriptorSize(archive, last, end, next);
    if (next < end) throw damaged(archive, `${last?.name ?? 'a member'} overlaps what follows it`);
    if (next > end)
      throw damaged(archive, `it has ${next - end} bytes before a member or its directory that are no member`);
  };
  for (const member of listed.toSorted((a, b) => a.offset - b.offset)) {
    close(member.offset);
    const place = locate(archive, member);
    places.set(member, place);
    end = place.offset - archive.offset + place.size;
    last = member;
  }
  close(directoryOffset);
  return places;
}

/** The packed bytes, if the local header agrees with the directory. */
function locate(archive: Place, { name, rawName, method, flags, packed, size, offset }: Listed): Place {
  if (rawName.length === 0) throw damaged(archive, 'a member has no name');
  if (flags & UNREADABLE) throw damaged(archive, `${name} is encrypted or a patch`);
  if (method !== DEFLATED && method !== STORED) throw damaged(archive, `${name} has the unknown method ${method}`);
  if (method === STORED && packed !== size) throw damaged(archive, `${name} has two sizes`);
  if (name.endsWith('/') && size > 0) throw damaged(archive, `${name} is a directory with content`);
  if (offset + LOCAL_SIZE + rawName.length > archive.size) throw damaged(archive, `${name} is cut off`);
  const header = readNow(within(archive, offset, LOCAL_SIZE + rawName.length));
  const agrees =
    header.readUInt32LE(0) === LOCAL_HEADER &&
    header.readUInt16LE(8) === method &&
    header.readUInt16LE(26) === rawName.length &&
    header.subarray(LOCAL_SIZE).equals(rawName);
  if (!agrees) throw damaged(archive, `the header of ${name} is not what the directory says`);
  const start = offset + LOCAL_SIZE + rawName.length + header.readUInt16LE(28);
  if (start + packed > archive.size) throw damaged(archive, `${name} is cut off`);
  return within(archive, start, packed);
}

/** A data descriptor (4.3.9): with or without a signature, its sizes in 4 or 8 bytes. */
function descriptorSize(archive: Place, { name, crc, packed, size }: Listed, at: number, next: number): number {
  const length = next - at;
  if (![12, 16, 20, 24].includes(length)) throw damaged(archive, `${name} has no data descriptor`);
  const bytes = readNow(within(archive, at, length));
  const start = length === 16 || length === 24 ? 4 : 0;
  const wide = length >= 20;
  const agrees =
    (start === 0 || bytes.readUInt32LE(0) === DESCRIPTOR) &&
    bytes.readUInt32LE(start) === crc &&
    (wide ? Number(bytes.readBigUInt64LE(start + 4)) : bytes.readUInt32LE(start + 4)) === packed &&
    (wide ? Number(bytes.readBigUInt64LE(start + 12)) : bytes.readUInt32LE(start + 8)) === size;
  if (!agrees) throw damaged(archive, `the data descriptor of ${name} is not what the directory says`);
  return length;
}

/** What reading a member takes. */
interface Stored extends Pick<Listed, 'name' | 'size' | 'method' | 'crc'> {
  readonly archive: Place;
  /** Its packed bytes. */
  readonly place: Place;
}

async function* memberContent(member: Stored): AsyncGenerator<Buffer> {
  const { archive } = member;
  let size = 0;
  let crc = 0;
  try {
    for await (const chunk of unpacked(member)) {
      size += chunk.length;
      if (size > member.size) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!code.startsWith('Z_') && code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw damaged(archive, `${member.name} is damaged`);
  }
  if (size !== member.size) throw damaged(archive, `${member.name} has another size than the directory says`);
  if (crc !== member.crc) throw damaged(archive, `${member.name} has another CRC than the directory says`);
}

async function* unpacked({ place: packed, method, size }: Stored): AsyncGenerator<Buffer> {
  if (method !== DEFLATED) yield* chunksOf(packed);
  // What is small is not worth a stream.
  else if (size <= SMALL && packed.size <= SMALL) {
    yield inflateRawSync(readNow(packed), { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 });
  } else yield* throughZlib(createInflateRaw({ chunkSize: ZLIB_CHUNK }), chunksOf(packed, ZLIB_CHUNK));
}

function dosTime(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hours, minutes, seconds] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  return Date.UTC(year, Math.max(0, month - 1), Math.max(1, day), hours, minutes, seconds) / 1000;
}
