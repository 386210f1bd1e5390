import { type BigIntStats, readlinkSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Entry, type EntryType, type Header, header } from '../entries/entry.ts';
import { FormatError, InputError } from '../errors.ts';
import { toText } from '../entries/names.ts';
import { owner } from '../entries/owner.ts';
import { contentOfFile } from './file-content.ts';
import { type Found, isWhiteout, unreadable, walk } from './walk.ts';
import { readXattrs, type Xattrs } from './xattrs.ts';

export interface DirectoryOptions {
  isExcluded(name: string): boolean;
  /** Whether it is a file that is being written, which cannot be in what is read. */
  isOutput(stats: BigIntStats): boolean;
  /** Is told what somebody might miss. */
  warn(text: string): void;
}

/** So many files are looked at before the first of them is read: it costs a process to read their attributes. */
const AT_ONCE = 2000;

/** A source: what is below a directory, without the directory itself, which has another name wherever it goes. */
export function directoryEntries(directory: string, options: DirectoryOptions): Readable {
  return Readable.from(entries(directory, options), { objectMode: true, highWaterMark: 8 });
}

async function* entries(directory: string, options: DirectoryOptions): AsyncGenerator<Entry> {
  const attributes = attributeReader(directory, options.warn);
  /** The first name of each file that has several. */
  const names = new Map<string, string>();
  const found = suitable(walk(directory, options.isExcluded), options);
  for (let batch = take(found); batch.length > 0; batch = take(found)) {
    const xattrs = await attributes(batch);
    for (const one of batch) {
      const entry = entryOf(one, names, xattrs);
      yield entry;
      // A large file is read by whoever has the entry; it is not left open behind the next one's back.
      if (entry.body instanceof Readable) await over(entry.body);
    }
  }
}

/** What can stand in a layer. */
function* suitable(all: Iterable<Found>, { isOutput, warn }: DirectoryOptions): Generator<Found> {
  for (const found of all) {
    const { name, stats } = found;
    if (stats.isSocket()) {
      warn(`${toText(name)} is a socket, and left out`);
      continue;
    }
    if (isWhiteout(name.replace(/^.*\/(?=.)/s, ''))) warn(`${toText(name)} will hide a file of the layers below`);
    if (!isOutput(stats)) yield found;
  }
}

function take(found: Iterator<Found>): Found[] {
  const batch: Found[] = [];
  while (batch.length < AT_ONCE) {
    const next = found.next();
    if (next.done) break;
    batch.push(next.value);
  }
  return batch;
}

function over(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (body.closed) resolve();
    else body.once('close', resolve);
  });
}

function attributeReader(
  directory: string,
  warn: (text: string) => void,
): (files: readonly Found[]) => Promise<Xattrs> {
  let able = true;
  return async (files) => {
    if (!able || files.length === 0) return new Map();
    const read = await readXattrs(files.map(({ path }) => path)).catch((error: unknown) => {
      throw error instanceof FormatError ? new InputError(directory, error.message) : error;
    });
    if (read) return read;
    able = false;
    warn('getfattr is not on PATH: extended attributes and capabilities are left out');
    return new Map();
  };
}

function entryOf(found: Found, names: Map<string, string>, xattrs: Xattrs): Entry {
  const { path, name, stats } = found;
  const type = typeOf(stats);
  const about = {
    name,
    type,
    mode: Number(stats.mode & 0o7777n),
    ...owner(Number(stats.uid), Number(stats.gid)),
    ...timeOf(stats.mtimeNs),
  };
  const plain = (fields: Partial<Header>): Entry => ({ header: header({ ...about, ...fields }), body: undefined });
  if (type === 'directory') return plain(paxOf(path, xattrs));
  if (type === 'symlink') return plain({ linkname: target(path) });
  if (stats.nlink > 1n) {
    const key = `${stats.dev}:${stats.ino}`;
    const first = names.get(key);
    if (first !== undefined) return plain({ type: 'link', linkname: first });
    names.set(key, name);
  }
  if (type !== 'file') return plain({ ...paxOf(path, xattrs), ...deviceOf(stats, type) });
  const whole = header({ ...about, ...paxOf(path, xattrs), size: Number(stats.size) });
  return { header: whole, body: contentOfFile(found) };
}

function paxOf(path: Buffer, xattrs: Xattrs): Partial<Header> {
  const pax = xattrs.size === 0 ? undefined : xattrs.get(path.toString('latin1'));
  return pax ? { pax } : {};
}

/** Sockets aside, which no layer can hold. */
function typeOf(stats: BigIntStats): EntryType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  return stats.isBlockDevice() ? 'block-device' : 'character-device';
}

function target(path: Buffer): string {
  try {
    return readlinkSync(path, 'latin1');
  } catch (error) {
    throw unreadable(path.toString('latin1'), error);
  }
}

function timeOf(mtime: bigint): Pick<Header, 'mtime' | 'nanoseconds'> {
  const nanoseconds = ((mtime % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { mtime: Number((mtime - nanoseconds) / 1_000_000_000n), nanoseconds: Number(nanoseconds) };
}

/** makedev(3): Linux spreads both numbers over 64 bits, macOS has 8 and 24 of 32. */
function deviceOf({ rdev }: BigIntStats, type: EntryType): Partial<Header> {
  if (type === 'fifo') return {};
  if (process.platform === 'darwin') {
    return { devmajor: Number((rdev >> 24n) & 0xffn), devminor: Number(rdev & 0xffffffn) };
  }
  const devmajor = Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n));
  return { devmajor, devminor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)) };
}
