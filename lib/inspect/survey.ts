import { type Duplex, type Readable, Writable } from 'node:stream';
import { drop } from '../entries/body.ts';
import { type Column, column, offsets } from '../memory/packed.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import { isWhiteout } from '../directory/walk.ts';
import { type Entry, header } from '../entries/entry.ts';
import type { Blob } from '../image/image.ts';
import { type Place, streamOf } from '../bytes/place.ts';
import { pump } from '../streams/pump.ts';
import { each } from '../streams/map.ts';
import { into, type Spill, spill } from '../bytes/spill.ts';
import { pack } from '../tar/pack.ts';
import { entriesAt, unpack, unpackPlace } from '../tar/unpack.ts';
import { largest, type Sized } from './largest.ts';
import { baseName, TOLD } from './layer-report.ts';

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
  readonly layers: readonly { readonly name: string; readonly entries: Iterable<Entry> }[];
  /** To be written to by squash. */
  sink(): Writable;
  result(): { layers: LayerSurvey[]; largest: FileOfImage[]; hidden: FileOfImage[] };
  /** Frees the temporary files. */
  close(): Promise<void>;
}

interface Numbered extends FileOfImage {
  readonly number: number;
}

/** Reads the layers of an image, all of them. */
export async function survey(blobs: readonly Blob[]): Promise<Survey> {
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
    const owner = counted ? { uname: String(at + 1), gname: String(number) } : { uname: '', gname: '' };
    return { header: header({ ...entry.header, size: 0, pax: new Map(), ...owner }), body: undefined };
  }

  const spills: Spill[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(spills.map((made) => made.close()));
  };
  const list: Survey['layers'][number][] = [];
  try {
    for (const [at, { place }] of blobs.entries()) {
      // Squash reads headers again when it writes them.
      const made = await spill(place.name);
      spills.push(made);
      const tagged = each((entry: Entry) => tag(entry, at));
      await pump(...entriesOf(place), tagged, pack(), into(made));
      list.push({ name: place.name, entries: entriesAt(await made.place(0, made.size())) });
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    layers: list,
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
    close,
  };
}

/** The entries of a layer, in as many streams as it takes. */
function entriesOf(layer: Place): [Readable, ...Duplex[]] {
  if (compressionAt(layer) === 'none') return [unpackPlace(layer)];
  return [streamOf(layer), decompress(layer.name).stream, unpack(layer.name)];
}
