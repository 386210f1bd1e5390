import { isPlace, type Place } from '../bytes/place.ts';
import { drop } from '../entries/body.ts';
import { type Entry, withHeader } from '../entries/entry.ts';
import { baseName, isWhiteout } from '../entries/whiteout.ts';
import type { LayerReading } from '../image/read-layers.ts';
import { offsets, packedNumbers, shorts } from '../memory/packed.ts';
import { type Stack, stack } from '../stack/stack.ts';
import { type Node, ROOT } from '../stack/tree.ts';
import { consume } from '../streams/consume.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import { type Largest, largest, type Sized } from './largest.ts';
import { LARGEST } from './layer-report.ts';

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

/** Which layer each file of an image comes from, and what is carried and never seen. */
export interface Survey {
  /** Of each layer, the lowest first. */
  readonly layers: readonly LayerSurvey[];
  /** The largest files that are seen. */
  readonly largest: readonly FileOfImage[];
  /** The largest files that later layers hide. */
  readonly hidden: readonly FileOfImage[];
}

interface RecordedFile extends FileOfImage {
  readonly record: number;
}

/**
 * Stacks the layers of an image, all of them, without their content: what is left of them at the end is seen.
 *
 * @param see is told of each file that is seen, in the order of paths
 */
export function surveying(see?: (file: FileOfImage) => void): LayerReading<Survey> {
  const stacked = stack();
  const surveys: LayerSurvey[] = [];
  // By record: its layer, and its size and one more; 0 for what is not counted, or has been seen.
  const layerOf = packedNumbers(shorts);
  const sizeOf = packedNumbers(offsets);
  // Of each layer the largest are kept by name, as candidates for what is hidden.
  const candidates: Largest<RecordedFile>[] = [];

  async function add(place: Place, plain: AsyncIterable<Buffer> | undefined): Promise<void> {
    const about: LayerSurvey = { entries: 0, content: 0, hidden: { entries: 0, bytes: 0 } };
    const layer = surveys.push(about);
    const largestOfLayer = largest<RecordedFile>(100 * LARGEST);
    candidates.push(largestOfLayer);
    let size = 0;
    const count = (entry: Entry): Entry => {
      size = entry.header.size;
      about.entries++;
      about.content += size;
      return withoutStream(entry);
    };
    const added = (record: number, { header: { name, type } }: Entry): void => {
      if (type === 'directory' || type === 'link' || isWhiteout(baseName(name))) return;
      about.hidden.entries++;
      about.hidden.bytes += size;
      layerOf.set(record, layer);
      sizeOf.set(record, size + 1);
      largestOfLayer.see({ path: name, layer, record, size });
    };
    const { name } = place;
    if (plain === undefined) return stacked.push({ name, entries: mapped(entriesAt(place), count) }, added);
    const push = consume<Entry>(
      (entries) => stacked.push({ name, entries: mappedAsync(entries, count) }, added),
      'objects',
    );
    await pump(byteSource(plain), unpack(name, keepsNone), push);
  }

  function result(): Survey {
    const seen = largest<FileOfImage>(LARGEST);
    for (const { path, record } of records(stacked)) {
      const size = sizeOf.get(record) - 1;
      // A hard link shares its file's record, which is counted once.
      if (size < 0) continue;
      sizeOf.set(record, 0);
      const layer = layerOf.get(record);
      const { hidden } = surveys[layer - 1]!;
      hidden.entries--;
      hidden.bytes -= size;
      const file = { path: path(), layer, size };
      seen.see(file);
      see?.(file);
    }
    const hidden = largest<FileOfImage>(LARGEST);
    for (const list of candidates) {
      for (const { path, layer, record, size } of list.list()) {
        if (sizeOf.get(record) > 0) hidden.see({ path, layer, size });
      }
    }
    return { layers: surveys, largest: seen.list(), hidden: hidden.list() };
  }

  return { add, result };
}

/** The records that are left in the tree, in the order of their paths. */
function* records({ tree }: Stack): Generator<{ record: number; path: () => string }> {
  const waiting: Node[] = [ROOT];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const at = node;
    const record = tree.record(at);
    if (record > 0) yield { record, path: () => tree.path(at).join('/') };
    for (const name of tree.sorted(at).reverse()) waiting.push(tree.child(at, name)!);
  }
}

const keepsNone = (): boolean => false;

/** Gives up a body that flows by, which nobody will read; one that can be read at any time is left where it is. */
function withoutStream(entry: Entry): Entry {
  if (isPlace(entry.body) || (entry.body === undefined && entry.header.size === 0)) return entry;
  drop(entry);
  return withHeader({ ...entry, body: undefined }, { size: 0 });
}

function* mapped(entries: Iterable<Entry>, change: (entry: Entry) => Entry): Generator<Entry> {
  for (const entry of entries) yield change(entry);
}

async function* mappedAsync(entries: AsyncIterable<Entry>, change: (entry: Entry) => Entry): AsyncGenerator<Entry> {
  for await (const entry of entries) yield change(entry);
}
