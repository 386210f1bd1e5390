import type { EntryType, Header } from '../entry.ts';
import { FormatError, InputError } from '../errors.ts';
import { BLOCK, type Block, isZero, readBlock } from './header.ts';
import { readNumber } from './number.ts';
import { paxNumber, paxTime, readRecords } from './pax.ts';
import {
  checkSparse,
  EXTENSION_LIMIT,
  mapNumber,
  pairs,
  readStretches,
  type Sparse,
  type Stretch,
  stretchesOf,
} from './sparse.ts';

/** An entry found in a layer, and what follows its header there. */
export interface Found {
  readonly header: Header;
  /** The header blocks, where they alone say what the header says. */
  readonly raw: Buffer | undefined;
  /** Bytes of the body in the layer, which differs from the header's size where the file is sparse. */
  readonly stored: number;
  readonly sparse: Sparse | undefined;
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
  '6': 'fifo',
};

type Records = ReadonlyMap<string, string>;

/**
 * The grammar of a layer, free of any reading: it yields how many bytes it wants and is resumed with them (fewer only
 * at the end of the input), or yields an entry and is resumed when the reader stands behind the entry's padding. It
 * returns at the end-of-archive block.
 */
export function* headers(input: string): Generator<number | Found, void, Buffer> {
  let offset = 0;
  let globals: Records = new Map();
  let sawGlobals = false;
  let globalSize = 0;

  function* want(size: number): Generator<number, Buffer, Buffer> {
    const bytes: Buffer = yield size;
    if (bytes.length < size) throw cutOff(offset + bytes.length);
    offset += size;
    return bytes;
  }

  function cutOff(at: number): InputError {
    const hint = 'did the command in <( ) fail?';
    if (at === 0) return new InputError(input, 'is empty', hint);
    if (at < BLOCK) return new InputError(input, `is not a tar archive (it has only ${at} bytes)`, hint);
    return new InputError(input, `is cut off after ${at} bytes, without an end-of-archive block`, hint);
  }

  for (;;) {
    const raw: Buffer[] = [];
    let records: [string, string][] = [];
    let longName: string | undefined;
    let longLink: string | undefined;
    let start = offset;
    // Of the extended headers of this entry, in bytes.
    let extended = 0;
    try {
      for (;;) {
        start = offset;
        const first: Buffer = yield BLOCK;
        if (first.length < BLOCK) throw cutOff(offset + first.length);
        offset += BLOCK;
        if (isZero(first)) {
          if (raw.length > 0) throw new FormatError('an extended header without an entry');
          return;
        }
        // The reader may use its buffer again for what it is asked next.
        const bytes = Buffer.from(first);
        const block = readBlock(bytes);
        raw.push(bytes);
        if (!'xXgLK'.includes(block.flag)) {
          const maps = block.flag === 'S' ? yield* mapBlocks(bytes) : [];
          const found = yield* entry(block, raw, maps, records, longName, longLink);
          yield found;
          offset += found.stored + padding(found.stored);
          break;
        }
        if (block.size < 0) throw new FormatError('a negative size');
        extended += block.size;
        if (block.flag === 'g') globalSize += block.size;
        if (Math.max(extended, globalSize) > EXTENSION_LIMIT) throw new FormatError('extended headers over 1 MiB');
        const extension = Buffer.from(yield* want(block.size + padding(block.size)));
        raw.push(extension);
        const body = extension.subarray(0, block.size);
        if (block.flag === 'L') longName = untilNul(body);
        else if (block.flag === 'K') longLink = untilNul(body);
        else if (block.flag === 'g') {
          globals = merge(globals, readRecords(body));
          sawGlobals = true;
          raw.length = 0;
          extended = 0;
        } else records = [...records, ...readRecords(body)];
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      if (start === 0) throw new InputError(input, `is not a tar archive (${error.message})`);
      throw new InputError(input, `byte ${start}: ${error.message}`);
    }
  }

  /** The map of an old GNU sparse file: four stretches in its header, more in the blocks behind it. */
  function* mapBlocks(first: Buffer): Generator<number, Stretch[], Buffer> {
    const stretches = readStretches(first, 386, 4);
    for (let more = first[482]; more; ) {
      const block = yield* want(BLOCK);
      stretches.push(...readStretches(block, 0, 21));
      if (stretches.length > EXTENSION_LIMIT / 24) throw new FormatError('a sparse map over 1 MiB');
      more = block[504];
    }
    return stretches;
  }

  function* entry(
    block: Block,
    raw: Buffer[],
    maps: readonly Stretch[],
    local: readonly [string, string][],
    longName: string | undefined,
    longLink: string | undefined,
  ): Generator<number, Found, Buffer> {
    const records = merge(globals, local);
    const name = records.get('GNU.sparse.name') ?? records.get('path') ?? longName ?? block.name;
    if (name === '') throw new FormatError('an entry without a name');
    if (name.includes('\0')) throw new FormatError('a name with a NUL in it');
    const type = typeOf(block.flag, name);
    const linkname =
      type === 'link' || type === 'symlink' ? (records.get('linkpath') ?? longLink ?? block.linkname) : '';
    if ((type === 'link' || type === 'symlink') && linkname === '') throw new FormatError('a link without a target');
    if (linkname.includes('\0')) throw new FormatError('a link target with a NUL in it');
    // Only files have a body, whatever size the others claim; a hard link often claims the size of its file.
    let stored = type === 'file' ? (optional(records, 'size', paxNumber) ?? block.size) : 0;
    if (stored < 0) throw new FormatError('a negative size');
    const time = optional(records, 'mtime', paxTime) ?? { seconds: block.mtime, nanoseconds: 0 };

    let sparse: Sparse | undefined;
    if (block.flag === 'S') {
      sparse = { size: readNumber(raw.at(-1)!, 483, 12, 'sparse size'), stretches: maps };
    } else if (type === 'file') {
      const size = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
      if (records.get('GNU.sparse.major') === '1') {
        const { stretches, bytes: used } = yield* mapInBody(stored);
        stored -= used;
        sparse = { size: mapNumber(size), stretches };
      } else if (size !== undefined) {
        sparse = { size: mapNumber(size), stretches: stretchesOf(local) };
      }
    }
    if (sparse) checkSparse(sparse, stored);

    const uid = optional(records, 'uid', paxNumber) ?? block.uid;
    const gid = optional(records, 'gid', paxNumber) ?? block.gid;
    if (uid < 0 || gid < 0) throw new FormatError('a negative owner');
    const header: Header = {
      name: type === 'directory' && !name.endsWith('/') ? `${name}/` : name,
      type,
      mode: block.mode,
      uid,
      gid,
      size: sparse?.size ?? stored,
      mtime: time.seconds,
      nanoseconds: time.nanoseconds,
      linkname,
      uname: records.get('uname') ?? block.uname,
      gname: records.get('gname') ?? block.gname,
      devmajor: optional(records, 'SCHILY.devmajor', paxNumber) ?? block.devmajor,
      devminor: optional(records, 'SCHILY.devminor', paxNumber) ?? block.devminor,
      pax: others(records),
    };
    const own = !sawGlobals && !sparse && (type === 'file' || block.size === 0);
    return { header, raw: own ? (raw.length === 1 ? raw[0] : Buffer.concat(raw)) : undefined, stored, sparse };
  }

  /** Sparse format 1.0: lines of numbers in front of the data, filled to a whole block. */
  function* mapInBody(stored: number): Generator<number, { stretches: Stretch[]; bytes: number }, Buffer> {
    const lines: string[] = [];
    let used = 0;
    let rest = '';
    let needed = 1;
    while (lines.length < needed) {
      if (used + BLOCK > Math.min(stored, EXTENSION_LIMIT)) throw new FormatError('damaged sparse map');
      const parts = (rest + (yield* want(BLOCK)).toString('latin1')).split('\n');
      used += BLOCK;
      rest = parts.pop() ?? '';
      lines.push(...parts);
      if (lines.length > 0) needed = 1 + 2 * mapNumber(lines[0]);
    }
    return { stretches: pairs(lines.slice(1, needed)), bytes: used };
  }
}

/** The zeros that fill a body to a whole block. */
export function padding(size: number): number {
  const over = size % BLOCK;
  return over === 0 ? 0 : BLOCK - over;
}

function typeOf(flag: string, name: string): EntryType {
  // Before POSIX a directory was a file whose name ends in a slash.
  if (flag === '0' && name.endsWith('/')) return 'directory';
  const type = types[flag];
  if (type === undefined) throw new FormatError(`an entry of the unknown type ${JSON.stringify(flag)}`);
  return type;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

/** Later records win; an empty value takes a record back. */
function merge(base: Records, records: readonly (readonly [string, string])[]): Records {
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
  const value = records.get(key);
  return value === undefined ? undefined : read(value, key);
}

const fields = new Set([
  ...['path', 'linkpath', 'size', 'uid', 'gid', 'uname', 'gname', 'mtime', 'hdrcharset'],
  ...['SCHILY.devmajor', 'SCHILY.devminor', 'SCHILY.realsize'],
]);

function others(records: Records): Records {
  if (records.size === 0) return records;
  const rest = new Map<string, string>();
  for (const [key, value] of records) if (!fields.has(key) && !key.startsWith('GNU.sparse.')) rest.set(key, value);
  return rest;
}
