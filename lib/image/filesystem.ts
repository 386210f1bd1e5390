import { contentOf, drop } from '../entries/body.ts';
import { type Body, type Entry, type Header, header, withHeader } from '../entries/entry.ts';
import { fromText } from '../entries/names.ts';
import { baseName } from '../entries/whiteout.ts';
import { FormatError } from '../errors.ts';
import { INVENTED, type Stack } from '../stack/stack.ts';
import type { Node } from '../stack/tree.ts';
import type { Layer } from './image.ts';
import { type LayerReading, readLayers } from './read-layers.ts';
import { stacking } from './stacking.ts';

/** The tree of an image, as its layers leave it. Paths are text, and symlinks are followed inside the root. */
export interface Filesystem {
  /** What stands at a path, if anything does. */
  find(path: string): FoundFile | undefined;
  /** The names in a directory, in byte order. */
  names(path: string): string[];
}

/** What stands at a path. */
export interface FoundFile {
  /** Where it is once symlinks are followed: absolute. */
  readonly path: string;
  /** Its name is to be ignored: that of another hard link, perhaps. */
  readonly header: Header;
  readonly body: Body;
}

/** How many bytes of a file will be wanted, by the last component of its path. */
export type BytesWanted = (name: string) => number;

/**
 * Stacks the layers of an image without writing anything out.
 *
 * @param wanted what of a file is kept where its layer is compressed; the bodies of other layers stay where they are
 */
export function filesystemReading(wanted: BytesWanted): LayerReading<Filesystem> {
  const { add, result } = stacking((entries) => shortened(entries, wanted));
  return { add, result: () => filesystem(result()) };
}

/** The tree of an image that was opened before. */
export function filesystemOf(layers: readonly Layer[], wanted: BytesWanted): Promise<Filesystem> {
  return readLayers(layers, filesystemReading(wanted));
}

function filesystem({ tree, records, find }: Stack): Filesystem {
  /** Behind a loop of symlinks is nothing. */
  function locate(path: string): Node | undefined {
    try {
      return find(fromText(path));
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }

  return {
    find(path) {
      const node = locate(path);
      if (node === undefined) return undefined;
      const record = tree.record(node);
      const name = tree.path(node).join('/');
      // A directory that only the names below it tell of; or nothing that is left.
      const isImplied = record === 0 && !tree.isLeaf(node);
      if (record === 0 && !isImplied) return undefined;
      const at = `/${Buffer.from(name, 'latin1').toString()}`;
      if (isImplied || record === INVENTED) {
        return { path: at, header: header({ name, type: 'directory', mode: 0o755 }), body: undefined };
      }
      return { path: at, header: records.header(record, name), body: records.body(record) };
    },
    names(path) {
      const node = locate(path);
      const names = node === undefined ? [] : tree.sorted(node);
      return names.map((name) => Buffer.from(name, 'latin1').toString());
    },
  };
}

/** The entries with only as much of their bodies as is wanted. */
async function* shortened(entries: AsyncIterable<Entry>, wanted: BytesWanted): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    const size = Math.min(entry.header.size, wanted(baseName(entry.header.name)));
    if (size === entry.header.size) {
      yield entry;
      continue;
    }
    const start = await firstBytes(entry, size);
    yield { ...withHeader(entry, { size }), body: size === 0 ? undefined : start };
  }
}

/** The first bytes of a body, the rest of which is given up. */
async function firstBytes(entry: Entry, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let left = size;
  if (left === 0) drop(entry);
  else {
    for await (const part of contentOf(entry.body)) {
      parts.push(Buffer.from(part.subarray(0, left)));
      left -= Math.min(left, part.length);
      if (left === 0) break;
    }
  }
  return Buffer.concat(parts);
}
