import { fstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Entry, type EntryType, type Header, header } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { ownerOf } from '../entries/owner.ts';
import { timeOf } from '../entries/time.ts';
import { baseName, isWhiteout } from '../entries/whiteout.ts';
import { blame, InputError, systemFailure } from '../errors.ts';
import type { Source } from '../streams/flow.ts';
import { source } from '../streams/source.ts';
import { contentOfFile } from './file-content.ts';
import type { State } from './state.ts';
import { unreadable, type WalkedFile, walk } from './walk.ts';
import { readXattrs, type Xattrs } from './xattrs.ts';

export interface DirectoryOptions {
  /** Whether a path is left out; a directory's ends in a slash. Names are bytes. */
  isExcluded(name: string): boolean;
  /** Whether a file is being written, and so cannot be in what is read. */
  isOutput(file: Pick<State, 'type' | 'dev' | 'ino'>): boolean;
  /** Tells what somebody might miss. */
  warn(text: string): void;
  /** Is told the path of each file that goes into the layer, as text. */
  read(file: string): void;
}

/**
 * So many files are looked at before the first of them is read: it costs a process to read their attributes. It works
 * while the files before them are read; the first ones, for which nothing is there to be done meanwhile, are few.
 */
const AT_ONCE = { first: 200, later: 2000 };

/**
 * A source: what is below a directory, without the directory itself, which has another name wherever it goes. What cannot
 * be read, or changes while it is read, is an InputError.
 */
export function directoryEntries(directory: string, options: Partial<DirectoryOptions> = {}): Source<Entry> {
  const { isExcluded = () => false, isOutput = () => false, warn = () => {}, read = () => {} } = options;
  return source(entries(directory, { isExcluded, isOutput, warn, read }));
}

async function* entries(directory: string, options: DirectoryOptions): AsyncGenerator<Entry> {
  const attributes = attributeReader(directory, options.warn);
  /** The first name of each file that has several. */
  const names = new Map<string, string>();
  const files = suitable(walk(directory, options.isExcluded), options);
  for (let batch = prepared(AT_ONCE.first); batch.files.length > 0; ) {
    const xattrs = await batch.xattrs;
    const next = prepared(AT_ONCE.later);
    for (const file of batch.files) {
      const entry = entryOf(file, names, xattrs);
      yield entry;
      // A large file is read by whoever has the entry; it is not left open behind the next one's back.
      if (entry.body instanceof Readable) await closed(entry.body);
    }
    batch = next;
  }

  function prepared(count: number): { files: LayerFile[]; xattrs: Promise<Xattrs> } {
    const batch = nextBatch(files, count);
    const xattrs = attributes(batch);
    // It is met when its turn comes.
    xattrs.catch(() => {});
    return { files: batch, xattrs };
  }
}

/** A file that can stand in a layer. */
interface LayerFile extends WalkedFile {
  readonly state: State & { readonly type: EntryType };
}

function isLayerFile(file: WalkedFile): file is LayerFile {
  return file.state.type !== 'socket';
}

function* suitable(files: Iterable<WalkedFile>, { isOutput, warn, read }: DirectoryOptions): Generator<LayerFile> {
  for (const file of files) {
    const { name, state } = file;
    if (!isLayerFile(file)) {
      warn(`${toText(name)} is a socket, and left out`);
      continue;
    }
    if (isWhiteout(baseName(name))) warn(`${toText(name)} will hide a file of the layers below`);
    if (isOutput(state)) continue;
    if (state.type === 'file') read(file.path.toString());
    yield file;
  }
}

function nextBatch(files: Iterator<LayerFile>, count: number): LayerFile[] {
  const batch: LayerFile[] = [];
  while (batch.length < count) {
    const next = files.next();
    if (next.done) break;
    batch.push(next.value);
  }
  return batch;
}

function closed(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (body.closed) resolve();
    else body.once('close', resolve);
  });
}

function attributeReader(
  directory: string,
  warn: (text: string) => void,
): (files: readonly WalkedFile[]) => Promise<Xattrs> {
  let able = true;
  return async (files) => {
    if (!able || files.length === 0) return new Map();
    const read = await readXattrs(files.map(({ path }) => path)).catch((error: unknown) => {
      throw blame(directory, error);
    });
    if (read) return read;
    able = false;
    warn('getfattr is not on PATH: extended attributes and capabilities are left out');
    return new Map();
  };
}

function entryOf(file: LayerFile, names: Map<string, string>, xattrs: Xattrs): Entry {
  const { path, name, state } = file;
  const { type, mode, uid, gid, size, mtime } = state;
  const about = { name, type, mode, ...ownerOf(uid, gid), ...timeOf(mtime) };
  const plain = (fields: Partial<Header>): Entry => ({ header: header({ ...about, ...fields }), body: undefined });
  if (type === 'directory') return plain(paxOf(path, xattrs));
  if (type === 'symlink') return plain({ linkname: target(path) });
  if (state.links > 1) {
    const key = `${state.dev}:${state.ino}`;
    const first = names.get(key);
    if (first !== undefined) return plain({ type: 'link', linkname: first });
    names.set(key, name);
  }
  if (type !== 'file') return plain({ ...paxOf(path, xattrs), ...deviceOf(state) });
  const whole = header({ ...about, ...paxOf(path, xattrs), size });
  return { header: whole, body: contentOfFile(file) };
}

function paxOf(path: Buffer, xattrs: Xattrs): Partial<Header> {
  const pax = xattrs.size === 0 ? undefined : xattrs.get(path.toString('latin1'));
  return pax ? { pax } : {};
}

function target(path: Buffer): string {
  try {
    return readlinkSync(path, 'latin1');
  } catch (error) {
    throw unreadable(path.toString('latin1'), error);
  }
}

/** makedev(3): Linux spreads both numbers over 64 bits, macOS has 8 and 24 of 32. */
function deviceOf({ rdev, type }: State): Partial<Header> {
  if (type === 'fifo') return {};
  if (process.platform === 'darwin') {
    return { devmajor: Number((rdev >> 24n) & 0xffn), devminor: Number(rdev & 0xffffffn) };
  }
  const devmajor = Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n));
  return { devmajor, devminor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)) };
}

/** Throws an InputError where a path leads to no directory. */
export function checkDirectory(path: string): void {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw systemFailure(path, error);
  }
  if (!stats.isDirectory()) throw new InputError(path, 'is not a directory');
}

/** Tells whether a file is that of a descriptor, or the one that stands at a path now. */
export function isSameFile(fd: number | undefined, path: string | undefined): DirectoryOptions['isOutput'] {
  const key = ({ dev, ino }: Pick<State, 'dev' | 'ino'>): string => `${dev}:${ino}`;
  const keys = new Set<string>();
  if (fd !== undefined) keys.add(key(fstatSync(fd, { bigint: true })));
  const there = path === undefined ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
  if (there) keys.add(key(there));
  return (file) => file.type === 'file' && keys.has(key(file));
}
