import { randomBytes } from 'node:crypto';
import { close, closeSync, constants, open, unlink } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { give, hold } from '../memory/loans.ts';
import { errorCode, InputError, systemError } from '../errors.ts';
import type { Place } from './place.ts';
import { writeAll } from './write.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const unlinkFile = promisify(unlink);

/** A nameless temporary file: it gives streams a place. Each use says why it needs to seek. */
export interface Spill {
  /**
   * Adds bytes at the end, and gives them back when they are written. Resolves when more may be added, which is
   * earlier.
   */
  add(bytes: Uint8Array): Promise<void>;
  /** How many bytes were added. */
  size(): number;
  /** A stretch of what was added, once all of it is written. */
  place(offset: number, size: number): Promise<Place>;
  /** Frees the room on the disk, at once; otherwise that happens when nobody has a place of it any more. */
  close(): Promise<void>;
}

/** Bytes that may wait to be written while others are. */
const WAITING = 1024 * 1024;

/**
 * Makes a spill in $TMPDIR. It has no name, so nothing is left behind however the process ends.
 *
 * @param name what its content is called in errors
 */
export async function spill(name: string): Promise<Spill> {
  const directory = tmpdir();
  const fd = await nameless(directory).catch((error: unknown) => {
    throw new InputError(directory, systemError(error), 'set TMPDIR to a directory for temporary files');
  });
  let size = 0;
  let written = 0;
  let waiting: Uint8Array[] = [];
  let writing: Promise<void> | undefined;

  /** Writes what waits, all of it at once, until nothing does. */
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const chunks = waiting;
      waiting = [];
      const end = written + chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      await writeAll(fd, chunks, written);
      written = end;
      for (const chunk of chunks) give(chunk);
    }
    writing = undefined;
  }

  function start(): Promise<void> {
    writing ??= write().catch((error: unknown) => {
      throw new InputError(directory, systemError(error), 'set TMPDIR to a directory with more room');
    });
    // Whoever adds next, or asks for a place, meets a failure.
    writing.catch(() => {});
    return writing;
  }

  const made: Spill = {
    add(bytes) {
      size += bytes.length;
      waiting.push(bytes);
      const under = start();
      return size - written > WAITING ? under : Promise.resolve();
    },
    size: () => size,
    async place(offset, length) {
      if (written < size) await start();
      return { fd, offset, size: length, name, owner: made };
    },
    async close() {
      forgotten.unregister(made);
      await closeFile(fd);
    },
  };
  forgotten.register(made, fd, made);
  return made;
}

/** A spill whose places have been handed on is closed when none of them can be reached any more. */
const forgotten = new FinalizationRegistry((fd: number) => closeSync(fd));

/** A sink that adds what is written to a spill. */
export function into(target: Spill): Writable {
  return new Writable({
    highWaterMark: WAITING,
    write(chunk: Buffer, _encoding, callback) {
      target.add(chunk).then(() => callback(), callback);
    },
  });
}

/** A transform that adds what passes to a spill. */
export function copyInto(target: Spill): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hold(chunk);
      target.add(chunk).then(() => callback(null, chunk), callback);
    },
  });
}

const O_TMPFILE = 0o20000000;

async function nameless(directory: string): Promise<number> {
  if (process.platform === 'linux') {
    try {
      return await openFile(directory, O_TMPFILE | constants.O_DIRECTORY | constants.O_RDWR, 0o600);
    } catch (error) {
      // Some file systems have no nameless files; others take this for an attempt to open the directory.
      if (!['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL', 'ENOENT'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  const path = join(directory, `.layertool-${randomBytes(8).toString('hex')}`);
  const fd = await openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  await unlinkFile(path);
  return fd;
}
