import { close, open, stat } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Entry } from '../entry.ts';
import { errorCode, InputError, systemError } from '../errors.ts';
import type { Input } from '../input.ts';
import { components, fromText, toText } from '../names.ts';
import { isPlace, type Place } from '../place.ts';
import { placed } from '../placed.ts';
import { unpackPlace } from '../tar/unpack.ts';

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

/** As many links as are followed from a name to its file. */
const LINK_LIMIT = 8;

/** An archive as it is, or out of its compression; one from a pipe is kept whole, since its index may come last. */
export async function archiveFiles(input: Input): Promise<ImageFiles> {
  const { places, close } = await placed([input]);
  try {
    const found = new Map<string, Place | { link: string }>();
    for await (const { header, body } of unpackPlace(places[0]!) as AsyncIterable<Entry>) {
      const path = components(header.name);
      if (path === undefined || path.length === 0) continue;
      const name = path.join('/');
      // A name that comes again replaces what it stood for, as it would when extracted.
      if (header.type === 'file') found.set(name, isPlace(body) ? body : { ...places[0]!, size: 0 });
      else if (header.type === 'link') found.set(name, { link: header.linkname });
      else if (header.type === 'symlink')
        found.set(name, { link: `${path.slice(0, -1).join('/')}/${header.linkname}` });
    }
    return {
      name: input.name,
      async find(path) {
        let name = fromText(path);
        for (let links = 0; links <= LINK_LIMIT; links++) {
          const file = found.get(name);
          if (file === undefined || isPlace(file)) return file && { ...file, name: `${input.name}: ${path}` };
          name = components(file.link)?.join('/') ?? '';
        }
        throw new InputError(input.name, `${toText(name)} is a link that leads nowhere`);
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
