import type { Digest } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import { type Compression, decompress } from '../codecs/compression.ts';
import type { EntryType, Header } from '../entries/entry.ts';
import { baseName, isWhiteout } from '../entries/whiteout.ts';
import { imageSpotter } from '../image/recognition.ts';
import { measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import { placeSource } from '../streams/source.ts';
import { scan } from '../tar/scan.ts';
import { largest, type Sized } from './largest.ts';

export interface FileOfLayer extends Sized {
  /** Bytes, one character each. */
  readonly path: string;
}

/** What a layer is, found out by reading all of it. */
export interface LayerReport {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly compression: Compression;
  /** As it is stored, in bytes. */
  readonly size: number;
  /** As a plain tar, in bytes. */
  readonly unpackedSize: number;
  /** How many entries there are of each type; a whiteout is of its own. */
  readonly entries: ReadonlyMap<EntryType | 'whiteout', number>;
  /** Of all files together, in bytes. */
  readonly content: number;
  readonly largest: readonly FileOfLayer[];
  /** Its files are those of an image archive: all of this is beside the point. */
  readonly isImage: boolean;
}

/** So many of the largest files are listed. */
export const LARGEST = 10;

/** Reads a layer to its end, whatever it is compressed with. One that is damaged or cut off is an InputError. */
export async function reportLayer(place: Place): Promise<LayerReport> {
  const stored = measure();
  const inner = decompress(place.name);
  const plain = measure(() => inner.compression() === 'none');
  const spotter = imageSpotter();
  const entries = new Map<EntryType | 'whiteout', number>();
  const files = largest<FileOfLayer>(LARGEST);
  let content = 0;
  const see = ({ name, type, size }: Header): void => {
    spotter.see(name);
    const kind = isWhiteout(baseName(name)) ? 'whiteout' : type;
    entries.set(kind, (entries.get(kind) ?? 0) + 1);
    content += size;
    if (type === 'file') files.see({ path: name, size });
  };
  await pump(placeSource(place), stored.stream, inner.stream, plain.stream, scan(place.name, see));
  const compression = inner.compression();
  const digest = stored.digest();
  return {
    digest,
    diffId: compression === 'none' ? digest : plain.digest(),
    compression,
    size: stored.size(),
    unpackedSize: plain.size(),
    entries,
    content,
    largest: files.list(),
    isImage: spotter.isImage(),
  };
}
