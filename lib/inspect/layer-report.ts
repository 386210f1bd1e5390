import type { Compression } from '../codecs/compression.ts';
import { decompress } from '../codecs/compression.ts';
import { type Digest, measure } from '../bytes/digest.ts';
import { isWhiteout } from '../directory/walk.ts';
import { discard } from '../streams/discard.ts';
import type { EntryType, Header } from '../entries/entry.ts';
import { imageSpotter } from '../image/recognition.ts';
import { type Place, streamOf } from '../bytes/place.ts';
import { pump } from '../streams/pump.ts';
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
  /** As it is stored, and as a plain tar; in bytes. */
  readonly size: number;
  readonly unpackedSize: number;
  /** How many entries there are of each type; a whiteout is of its own. */
  readonly entries: ReadonlyMap<EntryType | 'whiteout', number>;
  /** Of all files together, in bytes. */
  readonly content: number;
  readonly largest: readonly FileOfLayer[];
  /** Its files are those of an image archive: all of this is beside the point. */
  readonly isImage: boolean;
}

/** So many of the largest files are told. */
export const TOLD = 10;

/** Reads a layer to its end, whatever it is compressed with. */
export async function reportLayer(place: Place): Promise<LayerReport> {
  const stored = measure();
  const inner = decompress(place.name);
  const plain = measure(() => inner.compression() === 'none');
  const spot = imageSpotter();
  const entries = new Map<EntryType | 'whiteout', number>();
  const files = largest<FileOfLayer>(TOLD);
  let content = 0;
  const see = ({ name, type, size }: Header): void => {
    spot.see(name);
    const kind = isWhiteout(baseName(name)) ? 'whiteout' : type;
    entries.set(kind, (entries.get(kind) ?? 0) + 1);
    content += size;
    if (type === 'file') files.see({ path: name, size });
  };
  const check = scan(place.name, see, () => {});
  await pump(streamOf(place), stored.stream, inner.stream, plain.stream, check, discard());
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
    isImage: spot.isImage(),
  };
}

export function baseName(name: string): string {
  return name.replace(/\/+$/, '').replace(/^.*\//s, '');
}
