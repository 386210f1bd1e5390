import type { Digest } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import type { Entry } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../image/image.ts';
import { type Platform, platformText } from '../image/platform.ts';
import { type LayerReading, readLayers, withRead } from '../image/read-layers.ts';
import { imageSpotter, isImageArchive, verifyLayer } from '../image/recognition.ts';
import { type Input, placeInput } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { consume } from '../streams/consume.ts';
import { measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import { byteSource, placeSource } from '../streams/source.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import { type Bill, chainIdOf, type Item, itemsOf, type Subject } from './bill.ts';
import { type Catalog, type Cataloger, cataloger } from './catalog.ts';
import { retainPlaces, retainStreams } from './retain.ts';

/** What is inside an image or a layer, besides the time of the bill and who makes it. */
export type Inventory = Pick<Bill, 'subject' | 'items'>;

/** Is told of a file that is broken; bytes, one character each. */
type Warn = (path: string, problem: string) => void;

/**
 * Finds the packages of an image or a layer, whichever the input is. It is read no more often than to inspect it, and
 * whatever does not agree in it is an InputError.
 *
 * @param wanted picks from several platforms; a layer is for none
 */
export async function inventory(input: Input, wanted: Platform | undefined, warn: Warn): Promise<Inventory> {
  if (input.directory !== undefined) return ofImage(input, wanted, warn);
  // An image is told from a layer by names that may come last, and its files are looked up by their names.
  const { places, close } = await seekable([input], 'as it is');
  const place = places[0]!;
  try {
    const isPlain = compressionAt(place) === 'none';
    if (isPlain && isImageArchive(place)) return await ofImage(placeInput(place), wanted, warn);
    const layer = isPlain ? await plainLayer(place) : await packedLayer(place);
    if (layer === undefined) return await ofImage(placeInput(place), wanted, warn);
    if (wanted !== undefined) throw new InputError(place.name, 'is a layer, which is for no platform');
    const { packages, diffId } = layer;
    return inventoryOf('layer', await packages.catalog([diffId], warn), undefined);
  } finally {
    await close();
  }
}

interface CatalogedLayer {
  readonly packages: Cataloger;
  readonly diffId: Digest;
}

async function plainLayer(place: Place): Promise<CatalogedLayer> {
  const stored = measure();
  await pump(placeSource(place), stored.stream, verifyLayer(place.name));
  const packages = cataloger();
  await packages.push(place, retainPlaces(entriesAt(place)));
  return { packages, diffId: stored.digest() };
}

/** Reads a compressed layer once; undefined where it turns out to be an image. */
async function packedLayer(place: Place): Promise<CatalogedLayer | undefined> {
  const plain = measure();
  const packages = cataloger();
  const spotter = imageSpotter();
  const { keeps, retained } = retainStreams();
  async function* spotted(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) {
      spotter.see(entry.header.name);
      yield entry;
    }
  }
  await pump(
    placeSource(place),
    decompress(place.name).stream,
    plain.stream,
    unpack(place.name, keeps),
    consume<Entry>((entries) => packages.push(place, retained(spotted(entries))), 'objects'),
  );
  return spotter.isImage() ? undefined : { packages, diffId: plain.digest() };
}

function ofImage(input: Input, wanted: Platform | undefined, warn: Warn): Promise<Inventory> {
  return withRead(input, wanted, cataloging, async ({ image: { layers, platform } }, packages) => {
    const found = await packages.catalog(
      layers.map(({ diffId }) => diffId),
      warn,
    );
    return inventoryOf('image', found, platformText(platform));
  });
}

/** The packages of an image that was opened and read before. */
export async function itemsIn(layers: readonly Layer[], warn: Warn): Promise<Item[]> {
  const packages = await readLayers(layers, cataloging());
  const diffIds = layers.map(({ diffId }) => diffId);
  return itemsOf(await packages.catalog(diffIds, warn));
}

function cataloging(): LayerReading<Cataloger> {
  const packages = cataloger();
  return {
    async add(place, plain) {
      if (plain === undefined) return packages.push(place, retainPlaces(entriesAt(place)));
      const { keeps, retained } = retainStreams();
      const push = consume<Entry>((entries) => packages.push(place, retained(entries)), 'objects');
      await pump(byteSource(plain), unpack(place.name, keeps), push);
    },
    result: () => packages,
  };
}

function inventoryOf(kind: Subject['kind'], found: Catalog, platform: string | undefined): Inventory {
  return { subject: { kind, chainId: chainIdOf(found.layers), platform }, items: itemsOf(found) };
}
