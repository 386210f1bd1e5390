import { close, open, stat } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Entry } from '../entries/entry.ts';
import { errorCode, InputError, systemError } from '../errors.ts';
import type { Input } from '../inputs/input.ts';
import { components } from '../entries/names.ts';
import { isPlace, type Place } from '../bytes/place.ts';
import { placed } from '../inputs/seekable.ts';
import { unpackPlace } from '../tar/unpack.ts';
import { names } from './archive-names.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(stat);

/** The files of an image archive or of a layout directory, by name. */
export interface ImageFiles {
  /** The name to complain under. */
  readonly name: string;
  /** A file's content, links followed inside the archive; undefined where there is none. */
  find(path: string): Promise<Place | undefined>;
  close(): Promise<void>;
}

/** An archive as it is, or out of its compression; one from a pipe is kept whole, since its index may come last. */
export async function archiveFiles(input: Input): Promise<ImageFiles> {
  const { places, close } = await placed([input]);
  try {
    const [place] = places as [Place];
    const found = names<Place>(input.name);
    for await (const { header, body } of unpackPlace(place) as AsyncIterable<Entry>) {
      found.add(header, isPlace(body) ? body : { ...place, size: 0 });
    }
    return {
      name: input.name,
      async find(path) {
        const file = found.find(path);
        return file && { ...file, name: `${input.name}: ${path}` };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function isDirectory(path: string): Promise<boolean> {
  return statFile(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** The files of an OCI layout directory. */
export function directoryFiles(directory: string): ImageFiles {
  const opened: number[] = [];
  return {
    name: directory,
    async find(path) {
      const parts = components(path);
      if (parts === undefined) return undefined;
      const file = join(directory, ...parts);
      try {
        const fd = await openFile(file, 'r');
        opened.push(fd);
        const stats = await statFile(file);
        if (!stats.isFile()) throw new InputError(file, 'is not a file');
        return { fd, offset: 0, size: stats.size, name: file };
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error instanceof InputError ? error : new InputError(file, systemError(error));
      }
    },
    async close() {
      await Promise.all(opened.map((fd) => closeFile(fd)));
    },
  };
}
