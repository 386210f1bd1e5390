import { Writable } from 'node:stream';
import { drop } from '../body.ts';
import { type Column, column, offsets } from '../column.ts';
import { compressionAt, decompress } from '../compression.ts';
import { type Entry, header } from '../entry.ts';
import type { Blob } from '../image/image.ts';
import { type Place, streamOf } from '../place.ts';
import { pump } from '../pump.ts';
import { each } from '../select.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import { isWhiteout } from '../walk.ts';
import { largest, type Sized } from './largest.ts';
import { baseName, TOLD } from './layer.ts';

export interface FileOfImage extends Sized {
  /** Bytes, one character each. */
  readonly path: string;
  /** Counted from 1, lowest first. */
  readonly layer: number;
}

export interface LayerSurvey {
  entries: number;
  /** Of all files together, in bytes. */
  content: number;
  /** What later layers replace or remove: paths, directories aside, and their bytes. */
  hidden: { entries: number; bytes: number };
}

/**
 * Finds out which layer each path of an image comes from. The layers are squashed without their content: an entry takes
 * its layer and its number there along as the names of its owner, and those that do not come out are hidden.
 */
export interface Survey {
  /** To be written to squash. */
  layers(): Iterable<{ name: string; entries: Iterable<Entry> | AsyncIterable<Entry> }>;
  /** To be written to by squash. */
  sink(): Writable;
  result(): { layers: LayerSurvey[]; largest: FileOfImage[]; hidden: FileOfImage[] };
}

interface Numbered extends FileOfImage {
  readonly number: number;
}

export function survey(blobs: readonly Blob[]): Survey {
  const layers: LayerSurvey[] = blobs.map(() => ({ entries: 0, content: 0, hidden: { entries: 0, bytes: 0 } }));
  // By layer and number: the size and one more, and nothing any more for those that came out.
  const sizes: Column[] = blobs.map(() => column(offsets));
  // Of each layer the largest are kept by name, as candidates for what is hidden.
  const candidates = blobs.map(() => largest<Numbered>(100 * TOLD));
  const shown = largest<FileOfImage>(TOLD);

  function tag(entry: Entry, at: number): Entry {
    drop(entry);
    const { name, type, size } = entry.header;
    const about = layers[at]!;
    const number = ++about.entries;
    about.content += size;
    const counted = type !== 'directory' && type !== 'link' && !isWhiteout(baseName(name));
    if (counted) {
      about.hidden.entries++;
      about.hidden.bytes += size;
      sizes[at]!.set(number, size + 1);
      candidates[at]!.see({ path: name, layer: at + 1, number, size });
    }
    const owner = counted ? { uname: String(at + 1), gname: String(number) } : {};
    return { header: header({ ...entry.header, size: 0, pax: new Map(), ...owner }), body: undefined };
  }

  return {
    layers: () =>
      blobs.map(({ place }, at) => ({ name: place.name, entries: tagged(place, (entry) => tag(entry, at)) })),
    sink: () =>
      new Writable({
        objectMode: true,
        write({ header: { name, type, uname, gname } }: Entry, _encoding, callback) {
          const at = Number(uname) - 1;
          const size = (sizes[at]?.get(Number(gname)) ?? 0) - 1;
          // A hard link comes out with the owner of its file, which is counted once.
          if (size >= 0 && type !== 'link') {
            const { hidden } = layers[at]!;
            hidden.entries--;
            hidden.bytes -= size;
            sizes[at]!.set(Number(gname), 0);
            shown.see({ path: name, layer: at + 1, size });
          }
          callback();
        },
      }),
    result() {
      const hidden = largest<FileOfImage>(TOLD);
      for (const [at, list] of candidates.entries()) {
        for (const { path, layer, number, size } of list.list()) {
          if (sizes[at]!.get(number) > 0) hidden.see({ path, layer, size });
        }
      }
      return { layers, largest: shown.list(), hidden: hidden.list() };
    },
  };
}

/** The entries of a layer, each changed; those of a compressed one as they are read. */
function tagged(layer: Place, change: (entry: Entry) => Entry): Iterable<Entry> | AsyncIterable<Entry> {
  return compressionAt(layer) === 'none' ? at(layer, change) : stream(layer, change);
}

function* at(layer: Place, change: (entry: Entry) => Entry): Generator<Entry> {
  for (const entry of entriesAt(layer)) yield change(entry);
}

async function* stream(layer: Place, change: (entry: Entry) => Entry): AsyncGenerator<Entry> {
  const changed = each(change);
  const done = pump(streamOf(layer), decompress(layer.name).stream, unpack(layer.name), changed);
  done.catch(() => {});
  try {
    for await (const entry of changed as AsyncIterable<Entry>) yield entry;
  } catch (error) {
    // What went wrong before it says more than that it ended early.
    await done;
    throw error;
  }
  await done;
}
