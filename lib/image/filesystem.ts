import { Writable } from 'node:stream';
import { contentOf, drop } from '../entries/body.ts';
import { decompress } from '../codecs/compression.ts';
import { type Body, type Entry, type Header, header, withHeader } from '../entries/entry.ts';
import { FormatError } from '../errors.ts';
import { components, fromText } from '../entries/names.ts';
import { streamOf } from '../bytes/place.ts';
import { pump } from '../streams/pump.ts';
import { applyAll } from '../stack/apply.ts';
import { type Records, records } from '../stack/records.ts';
import { INVENTED, type Stack, stack } from '../stack/rules.ts';
import { type Node, type Tree, tree } from '../stack/tree.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import type { Blob } from './image.ts';

/** The root directory of an image, as its layers leave it. Paths are text, and symlinks are followed inside the root. */
export interface Root {
  find(path: string): Standing | undefined;
  /** The names in a directory, in byte order. */
  names(path: string): string[];
}

/** What stands at a path. */
export interface Standing {
  /** Where it is once symlinks are followed: absolute. */
  readonly path: string;
  /** Its name is to be ignored: that of another hard link, perhaps. */
  readonly header: Header;
  readonly body: Body;
}

/** How many bytes of a file will be wanted. */
export type Wanted = (name: string) => number;

/**
 * Stacks the layers of an image without writing anything out.
 *
 * @param wanted what of a file is kept where its layer is compressed; the bodies of other layers stay where they are
 */
export async function rootOf(layers: readonly Blob[], wanted: Wanted): Promise<Root> {
  const index = tree();
  const aside = records();
  const stacked = stack(index, aside);
  for (const [number, { place, compression }] of layers.entries()) {
    const apply = (entry: Entry): void | Promise<void> => stacked.apply(entry, number + 1, place.name);
    if (compression === 'none') await applyAll(stacked, entriesAt(place), number + 1, place.name);
    else await pump(streamOf(place), decompress(place.name).stream, unpack(place.name), kept(apply, wanted));
  }
  return rooted(index, aside, stacked);
}

function rooted(index: Tree, aside: Records, stacked: Stack): Root {
  /** Behind a loop of symlinks is nothing. */
  function locate(path: string): Node | undefined {
    try {
      return stacked.find(fromText(path));
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }

  return {
    find(path) {
      const node = locate(path);
      if (node === undefined) return undefined;
      const record = index.record(node);
      const name = index.path(node).join('/');
      // What only the names below it tell of, or nothing that is left.
      const implied = record === 0 && !index.isLeaf(node);
      if (record === 0 && !implied) return undefined;
      const at = `/${Buffer.from(name, 'latin1').toString()}`;
      if (implied || record === INVENTED) {
        return { path: at, header: header({ name, type: 'directory', mode: 0o755 }), body: undefined };
      }
      return { path: at, header: aside.header(record, name), body: aside.body(record) };
    },
    names(path) {
      const node = locate(path);
      const names = node === undefined ? [] : index.sorted(node);
      return names.map((name) => Buffer.from(name, 'latin1').toString());
    },
  };
}

/** A sink that applies entries with only as much of their bodies as is wanted: what is kept goes into a spill. */
function kept(apply: (entry: Entry) => void | Promise<void>, wanted: Wanted): Writable {
  async function write(entry: Entry): Promise<void> {
    const name = components(entry.header.name)?.at(-1) ?? '';
    const size = Math.min(entry.header.size, wanted(name));
    if (size === entry.header.size) return apply(entry);
    const start = await first(entry, size);
    await apply({ ...withHeader(entry, { size }), body: size === 0 ? undefined : start });
  }
  return new Writable({
    objectMode: true,
    highWaterMark: 8,
    write(entry: Entry, _encoding, callback) {
      write(entry).then(() => callback(), callback);
    },
  });
}

/** The first bytes of a body, the rest of which is given up. */
async function first(entry: Entry, size: number): Promise<Buffer> {
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
