import { GLOBAL_BYTES, GLOBAL_RECORDS, NAME_LIMIT, OWNER_LIMIT, PATH_LIMIT, TARGET_LIMIT } from '../bytes/limits.ts';
import { type EntryType, type Header, noPax } from '../entries/entry.ts';
import { FormatError } from '../errors.ts';
import type { Block } from './block.ts';
import { paxNumber, paxTime } from './pax.ts';

export type Records = ReadonlyMap<string, string>;

/** What stands before the block of an entry, and speaks of it. */
export interface Extensions {
  /** Global and local PAX records, merged. */
  readonly records: Records;
  readonly longName: string | undefined;
  readonly longLink: string | undefined;
}

const types: Record<string, EntryType> = {
  '0': 'file',
  // A contiguous file (POSIX): the same, where the system does not know such.
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  // Of an incremental dump of GNU tar.
  D: 'directory',
  '6': 'fifo',
};

/** The header that a block and its extensions make; its size is that of the body as it is stored. */
export function headerOf(block: Block, { records, longName, longLink }: Extensions): Header {
  const name = records.get('GNU.sparse.name') ?? records.get('path') ?? longName ?? block.name;
  if (name === '') throw new FormatError('an entry without a name');
  if (name.includes('\0')) throw new FormatError('a name with a NUL in it');
  checkPath(name, 'a name');
  const type = typeOf(block.flag, name);
  const isLink = type === 'link' || type === 'symlink';
  const isDevice = type === 'character-device' || type === 'block-device';
  const linkname = isLink ? (records.get('linkpath') ?? longLink ?? block.linkname) : '';
  if (isLink && linkname === '') throw new FormatError('a link without a target');
  if (linkname.includes('\0')) throw new FormatError('a link target with a NUL in it');
  if (type === 'link') checkPath(linkname, 'a link target');
  if (linkname.length > TARGET_LIMIT && type === 'symlink') {
    throw new FormatError(`a symlink target of ${linkname.length} bytes, which is over ${TARGET_LIMIT}`);
  }
  // Only files have a body, whatever size the others claim; a hard link often claims the size of its file.
  const size = type === 'file' ? (optional(records, 'size', paxNumber) ?? block.size) : 0;
  if (size < 0) throw new FormatError('a negative size');
  const time = optional(records, 'mtime', paxTime);
  const uid = optional(records, 'uid', paxNumber) ?? block.uid;
  const gid = optional(records, 'gid', paxNumber) ?? block.gid;
  if (uid < 0 || gid < 0) throw new FormatError('a negative owner');
  if (uid > OWNER_LIMIT || gid > OWNER_LIMIT)
    throw new FormatError(`an owner over ${OWNER_LIMIT}, a uid or gid of over 32 bits`);
  const uname = records.get('uname') ?? block.uname;
  const gname = records.get('gname') ?? block.gname;
  if (uname.includes('\0') || gname.includes('\0')) throw new FormatError('a uname or gname with a NUL in it');
  return {
    name: type === 'directory' && !name.endsWith('/') ? `${name}/` : name,
    type,
    mode: block.mode,
    uid,
    gid,
    size,
    mtime: time?.seconds ?? block.mtime,
    nanoseconds: time?.nanoseconds ?? 0,
    linkname,
    uname,
    gname,
    devmajor: isDevice ? (optional(records, 'SCHILY.devmajor', paxNumber) ?? block.devmajor) : 0,
    devminor: isDevice ? (optional(records, 'SCHILY.devminor', paxNumber) ?? block.devminor) : 0,
    pax: others(records),
  };
}

/** Refuses what no Linux file system can hold. */
function checkPath(path: string, what: string): void {
  if (path.length <= NAME_LIMIT) return;
  if (path.length > PATH_LIMIT) {
    throw new FormatError(`${what} of ${path.length} bytes, which is over ${PATH_LIMIT}`);
  }
  for (let start = 0; start < path.length; ) {
    const slash = path.indexOf('/', start);
    const end = slash < 0 ? path.length : slash;
    if (end - start > NAME_LIMIT) {
      throw new FormatError(`${what} with a component of ${end - start} bytes, which is over ${NAME_LIMIT}`);
    }
    start = end + 1;
  }
}

function typeOf(flag: string, name: string): EntryType {
  const type = types[flag];
  // Before POSIX a directory was a file whose name ends in a slash.
  if (type === 'file' && name.endsWith('/')) {
    if (flag === 'S') throw new FormatError('a sparse file with the name of a directory');
    return 'directory';
  }
  if (type === undefined) throw new FormatError(`an entry of the unknown type ${JSON.stringify(flag)}`);
  return type;
}

/** Refuses global records that are many or large: they are part of every entry. */
export function checkGlobals(globals: Records): void {
  let size = 0;
  for (const [key, value] of globals) size += key.length + value.length;
  if (size > GLOBAL_BYTES) throw new FormatError(`global PAX records over ${GLOBAL_BYTES} bytes`);
  if (globals.size > GLOBAL_RECORDS) throw new FormatError(`more than ${GLOBAL_RECORDS} global PAX records`);
}

/** Later records win; an empty value takes a record back. */
export function merge(base: Records, records: readonly (readonly [string, string])[]): Records {
  if (records.length === 0) return base;
  const merged = new Map(base);
  for (const [key, value] of records) {
    // An empty xattr is a value; an empty record of another kind means that there is none.
    if (value === '' && !key.startsWith('SCHILY.xattr.')) merged.delete(key);
    else merged.set(key, value);
  }
  return merged;
}

function optional<T>(records: Records, key: string, read: (value: string, key: string) => T): T | undefined {
  if (records.size === 0) return undefined;
  const value = records.get(key);
  return value === undefined ? undefined : read(value, key);
}

const fields = new Set([
  ...['path', 'linkpath', 'size', 'uid', 'gid', 'uname', 'gname', 'mtime', 'hdrcharset'],
  ...['SCHILY.devmajor', 'SCHILY.devminor', 'SCHILY.realsize'],
]);

/** What says how an archive is written, and nothing of the file: maps of sparse files, the volume (GNU tar, "Extensions"). */
const ofArchive = /^GNU\.(sparse|volume)\./;

function others(records: Records): Records {
  if (records.size === 0) return noPax;
  const rest = new Map<string, string>();
  for (const [key, value] of records) if (!fields.has(key) && !ofArchive.test(key)) rest.set(key, value);
  return rest;
}
