import { randomBytes } from 'node:crypto';
import {
  close,
  constants,
  fchmod,
  fstatSync,
  open,
  read,
  readFileSync,
  realpath,
  rename,
  type Stats,
  stat,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { give } from './chunks.ts';
import { errorCode, InputError, systemError, UsageError } from './errors.ts';
import { writeAll } from './write.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const chmodFile = promisify(fchmod);
const readFile = promisify(read);
const renameFile = promisify(rename);
const statFile = promisify(stat);
const realPath = promisify(realpath);

/**
 * The sink of a command: standard output, or a file that appears whole when the stream has finished, or not at all.
 * A file whose bytes would not change is left untouched.
 */
export async function openOutput(path: string | undefined): Promise<Writable> {
  if (path === undefined || path === '-' || path === '/dev/stdout') return standardOutput();
  try {
    const existing = await statFile(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (existing?.isDirectory()) throw new InputError(path, 'is a directory');
    // Devices, pipes and descriptors are written straight: renaming over one would replace it.
    if ((existing && !existing.isFile()) || /^\/(dev|proc)\//.test(resolve(path))) {
      return writer(await openFile(path, constants.O_WRONLY), path, closeFile);
    }
    return await wholeFile(path, existing);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(path, systemError(error));
  }
}

async function standardOutput(): Promise<Writable> {
  const name = 'standard output';
  let stats: Stats;
  try {
    stats = fstatSync(1);
  } catch (error) {
    throw new InputError(name, systemError(error));
  }
  if (isClosed(stats)) throw new InputError(name, 'is closed', 'to throw the output away, use -o /dev/null');
  if (stats.isDirectory()) throw new InputError(name, 'is a directory');
  const { isatty } = await import('node:tty');
  if (isatty(1)) throw new UsageError('refusing to write binary output to a terminal', 'use -o FILE, or a pipe');
  if (stats.isSocket()) return socketOutput();
  if (!stats.isFIFO()) return writer(1, name, () => Promise.resolve());
  return writer(await openPipe(), name, closeFile);
}

/** Only Node's own stream can write to a socket; it is never ended, so it must not be the end of a pipe itself. */
function socketOutput(): Writable {
  const stdout = process.stdout;
  // The failure of a write is told to who wrote.
  stdout.on('error', () => {});
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      stdout.write(chunk, (error) => {
        give(chunk);
        callback(error);
      });
    },
  });
}

/**
 * Node puts /dev/null, open for reading and writing, in the place of a closed standard descriptor; a shell's
 * `>/dev/null` is open for writing only.
 */
function isClosed(stats: Stats): boolean {
  if (!stats.isCharacterDevice()) return false;
  try {
    if (fstatSync(1).rdev !== NULL_DEVICE) return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & 3) === constants.O_RDWR;
  } catch {
    return false;
  }
}

/** Linux: major 1, minor 3. */
const NULL_DEVICE = 0x103;

/**
 * The pipe of fd 1, opened anew where the system can: whether writing blocks is a property shared with everybody who
 * has the old descriptor, and writes to one that does not block are lost. Opening first without blocking tells
 * whether anybody reads it at all, for which a named pipe would wait for ever.
 */
async function openPipe(): Promise<number> {
  const path = '/proc/self/fd/1';
  try {
    const probe = await openFile(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const fd = await openFile(path, constants.O_WRONLY);
    await closeFile(probe);
    return fd;
  } catch (error) {
    if (errorCode(error) === 'ENXIO') throw Object.assign(new Error('nobody reads it'), { code: 'EPIPE' });
    return 1;
  }
}

/** A file beside the one that is meant, renamed over it at the end. */
async function wholeFile(path: string, existing: Stats | undefined): Promise<Writable> {
  // Through a symlink the file that it points to is meant, as with a shell's >.
  const target = existing ? await realPath(path) : path;
  const unfinished = join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}`);
  const fd = await openFile(unfinished, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o666);
  const remove = (): void => {
    try {
      unlinkSync(unfinished);
    } catch {
      // It never came to be, or is gone.
    }
  };
  process.once('exit', remove);
  const forget = (): void => {
    process.removeListener('exit', remove);
  };
  let size = 0;
  return writer(
    fd,
    path,
    async () => {
      await closeFile(fd);
      remove();
      forget();
    },
    async () => {
      if (existing && existing.size === size && (await sameBytes(fd, target, size))) return;
      if (existing) await chmodFile(fd, existing.mode & 0o777);
      await renameFile(unfinished, target);
      forget();
    },
    (written) => {
      size += written;
    },
  );
}

async function sameBytes(fd: number, path: string, size: number): Promise<boolean> {
  const other = await openFile(path, constants.O_RDONLY).catch(() => undefined);
  if (other === undefined) return false;
  try {
    const a = Buffer.allocUnsafe(1024 * 1024);
    const b = Buffer.allocUnsafe(a.length);
    for (let offset = 0; offset < size; ) {
      const [one, two] = await Promise.all([
        readFile(fd, a, 0, a.length, offset),
        readFile(other, b, 0, b.length, offset),
      ]);
      const both = Math.min(one.bytesRead, two.bytesRead);
      if (both === 0 || a.compare(b, 0, both, 0, both) !== 0) return false;
      offset += both;
    }
    return true;
  } finally {
    await closeFile(other);
  }
}

/** Writes to a descriptor, many chunks at a time. */
function writer(
  fd: number,
  name: string,
  release: (fd: number) => Promise<void>,
  commit: () => Promise<void> = () => Promise.resolve(),
  wrote: (bytes: number) => void = () => {},
): Writable {
  async function write(chunks: Uint8Array[]): Promise<void> {
    await writeAll(fd, chunks);
    for (const chunk of chunks) {
      wrote(chunk.length);
      give(chunk);
    }
  }

  function settle(work: Promise<void>, callback: (error?: Error | null) => void): void {
    work.then(
      () => callback(),
      (error: unknown) => callback(worded(error)),
    );
  }

  /** A reader that goes away keeps its errno: the door knows it from that. */
  function worded(error: unknown): Error {
    if (error instanceof Error && (errorCode(error) === 'EPIPE' || error instanceof InputError)) return error;
    return new InputError(name, systemError(error));
  }

  return new Writable({
    highWaterMark: 2 * 1024 * 1024,
    write(chunk: Buffer, _encoding, callback) {
      settle(write([chunk]), callback);
    },
    writev(chunks, callback) {
      settle(write(chunks.map(({ chunk }) => chunk as Buffer)), callback);
    },
    final(callback) {
      settle(commit(), callback);
    },
    destroy(error, callback) {
      release(fd).then(
        () => callback(error),
        (failure: Error) => callback(error ?? failure),
      );
    },
  });
}
