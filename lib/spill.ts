import { randomBytes } from 'node:crypto';
import { close, constants, open, unlink, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { give } from './chunks.ts';
import { errorCode, InputError, systemError } from './errors.ts';
import type { Place } from './place.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const unlinkFile = promisify(unlink);
const writeFile = promisify(write);

/** A nameless temporary file: it gives streams a place. Each use says why it needs to seek. */
export interface Spill {
  /** Adds bytes at the end, once all that was added before is written. */
  add(bytes: Uint8Array): Promise<void>;
  /** How many bytes it holds. */
  size(): number;
  /** A stretch of what has been written. */
  place(offset: number, size: number): Place;
  /** Frees the room on the disk. */
  close(): Promise<void>;
}

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
  return {
    async add(bytes) {
      const offset = size;
      size += bytes.length;
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await writeFile(fd, bytes, done, bytes.length - done, offset + done).catch(
          (error: unknown) => {
            throw new InputError(directory, systemError(error), 'set TMPDIR to a directory with more room');
          },
        );
        done += bytesWritten;
      }
    },
    size: () => size,
    place: (offset, length) => ({ fd, offset, size: length, name }),
    close: () => closeFile(fd),
  };
}

/** A sink that adds what is written to a spill. */
export function into(target: Spill): Writable {
  return new Writable({
    highWaterMark: 1024 * 1024,
    write(chunk: Buffer, _encoding, callback) {
      target.add(chunk).then(
        () => {
          give(chunk);
          callback();
        },
        (error: Error) => callback(error),
      );
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
