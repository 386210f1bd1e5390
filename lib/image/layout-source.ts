import { constants, type Stats } from 'node:fs';
import { join } from 'node:path';
import { closeFile, openFile, statFile } from '../bytes/descriptor.ts';
import { JSON_LIMIT } from '../bytes/limits.ts';
import type { Place } from '../bytes/place.ts';
import { contentOf, gather } from '../entries/body.ts';
import { components } from '../entries/names.ts';
import { errorCode, InputError, systemFailure } from '../errors.ts';
import { type ImageSource, withFewDocuments } from './source.ts';

/**
 * The files of an OCI layout directory (OCI image specification, image-layout.md).
 *
 * @param watch is told of each file that is opened
 */
export function layoutSource(directory: string, watch: (file: string, stats: Stats) => void): ImageSource<Place> {
  const opened = new Map<string, Promise<Place | undefined>>();
  const find = (path: string): Promise<Place | undefined> => {
    const place = opened.get(path) ?? open(path);
    opened.set(path, place);
    return place;
  };

  async function open(path: string): Promise<Place | undefined> {
    const parts = components(path);
    if (parts === undefined) return undefined;
    const file = join(directory, ...parts);
    let fd: number | undefined;
    try {
      // A FIFO there must not keep a thread waiting.
      fd = await openFile(file, constants.O_RDONLY | constants.O_NONBLOCK);
      const stats = await statFile(fd);
      if (!stats.isFile()) throw new InputError(file, 'is not a file');
      watch(file, stats);
      return { fd, offset: 0, size: stats.size, name: file };
    } catch (error) {
      if (fd !== undefined) await closeFile(fd);
      if (errorCode(error) === 'ENOENT') return undefined;
      throw systemFailure(file, error);
    }
  }

  return withFewDocuments({
    name: directory,
    async document(path) {
      const file = await find(path);
      return file && gather(contentOf(file), JSON_LIMIT, file.name);
    },
    blob: find,
    has: async (path) => (await find(path)) !== undefined,
    async close() {
      for (const place of opened.values()) {
        const fd = (await place.catch(() => undefined))?.fd;
        if (fd !== undefined) await closeFile(fd);
      }
      opened.clear();
    },
  });
}
