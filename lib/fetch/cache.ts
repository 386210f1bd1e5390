import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { closeFile, openFile, statFile } from '../bytes/descriptor.ts';
import type { Place } from '../bytes/place.ts';
import { writeAll } from '../bytes/write.ts';
import { errorCode, systemFailure } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import { guard } from '../process/guard.ts';
import type { FileHash } from './hashes.ts';

/** Files that were downloaded before, by their hashes. */
export interface Cache {
  /** The file with a hash, if it is there; what is in it is not known until it is read. */
  open(hash: FileHash, name: string): Promise<Place | undefined>;
  /** Makes an empty file that nobody sees yet. */
  begin(name: string): Promise<CachedFile>;
  /** Removes what was begun and not kept. */
  close(): Promise<void>;
}

/** A file that is being written. */
export interface CachedFile {
  add(chunk: Uint8Array): Promise<void>;
  /** Gives it its name, all at once: another run that is there first has the same bytes. The place stays open. */
  keep(hash: FileHash): Promise<Place>;
  /** Ends it, where it is of no use. */
  drop(): Promise<void>;
}

/** Where files are kept between runs (XDG Base Directory Specification). */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'layertool');
}

/**
 * Opens the cache in a folder, which need not be there. What is begun in it is removed however the process ends.
 */
export function openCache(folder: string): Cache {
  const unfinished = join(folder, `unfinished-${randomUUID()}`);
  let ready: Promise<unknown> | undefined;
  let release: () => void = () => {};
  let count = 0;
  const pathOf = ({ algorithm, hex }: FileHash): string => join(folder, algorithm, hex.slice(0, 2), hex);

  function prepare(): Promise<unknown> {
    if (ready === undefined) {
      release = guard(unfinished);
      ready = mkdir(unfinished, { recursive: true, mode: 0o700 });
    }
    return ready;
  }

  return {
    async open(hash, name) {
      try {
        const fd = await openFile(pathOf(hash), 'r');
        return { fd, offset: 0, size: (await statFile(fd)).size, name };
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return undefined;
        throw systemFailure(pathOf(hash), error);
      }
    },
    async begin(name) {
      const fail = (error: unknown): never => {
        throw systemFailure(folder, error, 'XDG_CACHE_HOME names another folder; --no-cache does without one');
      };
      await prepare().catch(fail);
      const path = join(unfinished, String(count++));
      const fd = await openFile(path, 'wx+', 0o644).catch(fail);
      let size = 0;
      return {
        async add(chunk) {
          await writeAll(fd, [chunk], size).catch(fail);
          size += chunk.length;
          giveBack(chunk);
        },
        async keep(hash) {
          const target = pathOf(hash);
          await mkdir(dirname(target), { recursive: true }).catch(fail);
          await rename(path, target).catch(fail);
          return { fd, offset: 0, size, name };
        },
        async drop() {
          await closeFile(fd);
          await rm(path, { force: true });
        },
      };
    },
    async close() {
      await ready?.catch(() => {});
      await rm(unfinished, { recursive: true, force: true });
      release();
    },
  };
}
