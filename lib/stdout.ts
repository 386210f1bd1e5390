import { close, constants, fstatSync, open, readFileSync, type Stats } from 'node:fs';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { give } from './chunks.ts';
import { errorCode, InputError, systemError, UsageError } from './errors.ts';
import { writer } from './writer.ts';

const openFile = promisify(open);
const closeFile = promisify(close);

/** A sink that writes to standard output, whatever that is. */
export async function standardOutput(wrote: (bytes: number) => void): Promise<Writable> {
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
  if (stats.isSocket()) return socketOutput(wrote);
  if (!stats.isFIFO()) return writer({ fd: 1, name, release: () => Promise.resolve(), wrote });
  const fd = await openPipe();
  return writer({ fd, name, release: () => closeFile(fd), wrote });
}

/** Only Node's own stream can write to a socket; it is never ended, so it must not be the end of a pipe itself. */
function socketOutput(wrote: (bytes: number) => void): Writable {
  const stdout = process.stdout;
  // The failure of a write is told to who wrote.
  stdout.on('error', () => {});
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      stdout.write(chunk, (error) => {
        wrote(chunk.length);
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
