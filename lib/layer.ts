import { Readable, Transform } from 'node:stream';
import { compressionOf, decompress, MAGIC_SIZE } from './compression.ts';
import type { Entry } from './entry.ts';
import { InputError } from './errors.ts';
import { type Input, together } from './input.ts';
import { type Place, readNow, within } from './place.ts';
import { pump } from './pump.ts';
import { into, type Spill, spill } from './spill.ts';
import { unpackPlace } from './tar/unpack.ts';

/** Inputs as plain tars that can be read at any time. */
export interface Placed {
  readonly places: Place[];
  /** Frees the temporary files. */
  close(): Promise<void>;
}

/**
 * Gives every input a place: a plain file is one; pipes, and what is compressed, go into spills, all at once, since
 * the writers of two pipes may wait for each other (a `tee` into both).
 */
export async function placed(inputs: readonly Input[]): Promise<Placed> {
  const spills: Spill[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(spills.map((made) => made.close()));
  };
  async function place(input: Input): Promise<Place> {
    if (input.place && compressionOf(headOf(input.place)) === 'none') return input.place;
    const made = await spill(input.name);
    spills.push(made);
    await pump(input.bytes(), decompress(input.name).stream, into(made));
    return await made.place(0, made.size());
  }
  try {
    return { places: await together(inputs, inputs.map(place)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function headOf(place: Place): Buffer {
  return readNow(within(place, 0, Math.min(place.size, MAGIC_SIZE)));
}

/** The entries of a placed layer; that it is an image instead is an InputError. */
export function entriesOf(layer: Place): Readable {
  async function* checked(): AsyncGenerator<Entry> {
    const spot = imageSpotter();
    for await (const entry of unpackPlace(layer) as AsyncIterable<Entry>) {
      spot.see(entry.header.name);
      yield entry;
    }
    if (spot.isImage()) throw isAnImage(layer.name);
  }
  return Readable.from(checked(), { objectMode: true, highWaterMark: 8 });
}

/** Lets the entries of a layer through, and fails at their end where they were those of an image archive. */
export function refuseImage(name: string): Transform {
  const spot = imageSpotter();
  return new Transform({
    objectMode: true,
    transform(entry: Entry, _encoding, callback) {
      spot.see(entry.header.name);
      callback(null, entry);
    },
    flush(callback) {
      callback(spot.isImage() ? isAnImage(name) : null);
    },
  });
}

function isAnImage(name: string): InputError {
  return new InputError(name, 'is an image, not a layer', 'give an image with --base');
}

/** Tells an image archive by what it must have at its top: an index, and blobs named as the formats name them. */
function imageSpotter(): { see(name: string): void; isImage(): boolean } {
  let index = false;
  let blobs = false;
  return {
    see(name) {
      const path = name.replace(/^(\.?\/)+/, '');
      index ||= path === 'manifest.json' || path === 'index.json';
      blobs ||= /^(blobs\/sha256\/|sha256:)?[0-9a-f]{64}(\/layer\.tar|\.json|\.tar(\.gz)?)?$/.test(path);
    },
    isImage: () => index && blobs,
  };
}
