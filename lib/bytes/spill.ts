import { randomBytes } from 'node:crypto';
import { closeSync, constants, ftruncateSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, systemFailure } from '../errors.ts';
import { chunksOfSize } from '../memory/chunks.ts';
import { giveBack } from '../memory/loans.ts';
import { closeFile, openFile } from './descriptor.ts';
import type { Place } from './place.ts';
import { writeBehind } from './write-behind.ts';

/** A nameless temporary file: it gives streams a place. Each use says why it needs to seek. */
export interface Spill {
  /**
   * Adds bytes at the end, and gives them back when they are written. Resolves when more may be added, which is
   * earlier. Rejects with an InputError where they cannot be written.
   */
  add(bytes: Uint8Array): Promise<void>;
  /** Adds zeros at the end, which take no room on the disk. */
  addHole(size: number): Promise<void>;
  /** How many bytes were added. */
  size(): number;
  /** A stretch of what was added, once all of it is written. */
  place(offset: number, size: number): Promise<Place>;
  /** The same at once: it can be read when `written` has resolved. */
  placeAhead(offset: number, size: number): Place;
  /** Resolves when all that was added is written. */
  written(): Promise<void>;
  /** Frees the room on the disk, at once; otherwise that happens when nobody has a place of it any more. */
  close(): Promise<void>;
}

/** Spills that are closed together. */
export interface Spills {
  /** Makes one more, as `spill` does. */
  make(name: string): Promise<Spill>;
  close(): Promise<void>;
}

/** Makes an empty set of spills. */
export function spills(): Spills {
  const all: Spill[] = [];
  return {
    async make(name) {
      const next = await spill(name);
      all.push(next);
      return next;
    },
    async close() {
      await Promise.all(all.map((item) => item.close()));
    },
  };
}

/** Bytes that may wait to be written while others are. */
export const SPILL_WAITING = 512 * 1024;

/** Pieces under a quarter of it are gathered into chunks of so many bytes; larger ones wait as they are. */
const GATHERED = 128 * 1024;

/**
 * Makes a spill in $TMPDIR. It has no name, so nothing is left behind however the process ends. Rejects with an
 * InputError that names the directory.
 *
 * @param name what its content is called in errors
 */
export async function spill(name: string): Promise<Spill> {
  const directory = tmpdir();
  const fd = await openNameless(directory).catch((error: unknown) => {
    throw systemFailure(directory, error, 'set TMPDIR to a directory for temporary files');
  });
  let size = 0;
  const behind = writeBehind(fd, { most: SPILL_WAITING, offset: 0 });
  const small = chunksOfSize(GATHERED);

  async function named(work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw systemFailure(directory, error, 'set TMPDIR to a directory with more room');
    }
  }

  const self: Spill = {
    add(bytes) {
      size += bytes.length;
      if (bytes.length < GATHERED / 4) {
        small.add(bytes);
        giveBack(bytes);
        return small.hasFull() ? named(behind.add(small.takeFull())) : Promise.resolve();
      }
      small.flush();
      return named(behind.add([...small.takeFull(), bytes]));
    },
    async addHole(length) {
      await self.written();
      size += length;
      behind.skip(length);
      ftruncateSync(fd, size);
    },
    size: () => size,
    async place(offset, length) {
      await self.written();
      return self.placeAhead(offset, length);
    },
    placeAhead: (offset, length) => ({ fd, offset, size: length, name, owner: self }),
    async written() {
      small.flush();
      behind.add(small.takeFull());
      await named(behind.written());
    },
    async close() {
      forgotten.unregister(self);
      // A write that is under way must not go to whoever gets the number of the descriptor next.
      await behind.stop();
      await closeFile(fd);
    },
  };
  forgotten.register(self, fd, self);
  return self;
}

/** Closes a descriptor when nobody can reach the owner of its places any more. */
export function closeWhenForgotten(owner: object, fd: number): void {
  forgotten.register(owner, fd);
}

/** A spill whose places have been handed on is closed when none of them can be reached any more. */
const forgotten = new FinalizationRegistry((fd: number) => closeSync(fd));

const O_TMPFILE = 0o20000000;

async function openNameless(directory: string): Promise<number> {
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
  await unlink(path);
  return fd;
}
