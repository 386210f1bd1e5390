import type { Place } from '../bytes/place.ts';
import { decompress } from '../codecs/compression.ts';
import { contentOf } from '../entries/body.ts';
import type { Input } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { byteSource } from '../streams/source.ts';
import type { Layer, OpenedImage } from './image.ts';
import { type LayerStore, layerStore } from './layer-store.ts';
import { openImage, seekableSource } from './open.ts';
import type { Platform } from './platform.ts';
import type { ImageSource } from './source.ts';

/** What is told of an image by reading its layers one after the other, the lowest first. */
export interface LayerReading<T> {
  /**
   * Reads the next layer.
   *
   * @param plain its bytes where it is compressed; those of another one are at its place
   */
  add(place: Place, plain: AsyncIterable<Buffer> | undefined): Promise<void>;
  result(): T;
}

/** Reads the layers of an image that was opened before. */
export async function readLayers<T>(layers: readonly Layer[], reading: LayerReading<T>): Promise<T> {
  for (const { place, compression, content } of layers) {
    if (compression === 'none') {
      await reading.add(place, undefined);
      continue;
    }
    const { stream } = decompress(place.name);
    await reading.add(place, readThrough(stream, pump(byteSource(contentOf(content())), stream)));
  }
  return reading.result();
}

/**
 * Opens an image, and has its layers read as they are verified: a compressed one is inflated once. What does not agree in the
 * image is told before what a layer holds.
 */
export async function openAndRead<T>(
  files: ImageSource<Place>,
  wanted: Platform | undefined,
  store: LayerStore,
  begin: () => LayerReading<T>,
): Promise<{ readonly opened: OpenedImage; readonly told: T }> {
  const reading = begin();
  const read: Place[] = [];
  let failure: unknown;
  async function add(place: Place, plain: AsyncIterable<Buffer> | undefined): Promise<void> {
    read.push(place);
    if (failure === undefined) {
      await reading.add(place, plain).catch((error: unknown) => {
        failure = error;
      });
    }
  }
  const opened = await openImage(files, wanted, { ...store, measure: (place) => store.measure(place, add) });
  const { layers } = opened.image;
  // A layer may come twice, and some may have been there before others.
  const isInOrder = layers.length === read.length && layers.every(({ place }, at) => isSame(place, read[at]!));
  if (!isInOrder) return { opened, told: await readLayers(layers, begin()) };
  if (failure !== undefined) throw failure;
  return { opened, told: reading.result() };
}

/** The same for an image that `work` alone uses; it is closed however that ends. */
export async function withRead<T, R>(
  input: Input,
  wanted: Platform | undefined,
  begin: () => LayerReading<T>,
  work: (opened: OpenedImage, told: T) => R | Promise<R>,
): Promise<R> {
  const store = layerStore();
  const files = await seekableSource(input);
  try {
    const { opened, told } = await openAndRead(files, wanted, store, begin);
    return await work(opened, told);
  } finally {
    await files.close();
    await store.close();
  }
}

function isSame(one: Place, other: Place): boolean {
  return one.fd === other.fd && one.offset === other.offset;
}
