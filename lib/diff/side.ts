import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../bytes/place.ts';
import { spills } from '../bytes/spill.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import type { OpenedImage } from '../image/image.ts';
import { type LayerStore, layerStore } from '../image/layer-store.ts';
import { openImage, seekableSource } from '../image/open.ts';
import type { Platform } from '../image/platform.ts';
import { isImageArchive } from '../image/recognition.ts';
import { type Input, placeInput } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { spillInto } from '../streams/spilling.ts';
import type { PlainLayer } from './layers.ts';

/** What is compared with another of its kind. */
export type Side =
  | { readonly kind: 'image'; readonly name: string; readonly opened: OpenedImage }
  | { readonly kind: 'layer'; readonly name: string; readonly layer: PlainLayer }
  | { readonly kind: 'directory'; readonly name: string };

/** Sides that are open until they are closed. */
export interface Sides {
  readonly sides: readonly Side[];
  /** It has the layers of images. */
  readonly store: LayerStore;
  close(): Promise<void>;
}

/** Opens what is compared, and tells images, layers and directories apart by what is in them. */
export async function openSides(inputs: readonly Input[], platform: Platform | undefined): Promise<Sides> {
  const store = layerStore();
  const plainCopies = spills();
  const closers: (() => Promise<void>)[] = [store.close, plainCopies.close];
  const close = async (): Promise<void> => {
    for (const closer of closers) await closer();
  };

  async function image(input: Input): Promise<Side> {
    const source = await seekableSource(input);
    closers.push(source.close);
    return { kind: 'image', name: input.name, opened: await openImage(source, platform, store) };
  }

  async function side(place: Place): Promise<Side> {
    const { name } = place;
    const compression = compressionAt(place);
    const plain = compression === 'none' ? place : await decompressed(place);
    if (isImageArchive(plain)) return image(placeInput(plain));
    return { kind: 'layer', name, layer: { plain, compression } };
  }

  /** Both sides are read side by side, and their headers are looked at first. */
  async function decompressed(place: Place): Promise<Place> {
    const spill = await plainCopies.make(place.name);
    await pump(placeInput(place).bytes(), decompress(place.name).stream, spillInto(spill));
    return spill.place(0, spill.size());
  }

  try {
    const files = inputs.filter(({ directory }) => directory === undefined);
    const { places, close: closePlaces } = await seekable(files, 'as it is');
    closers.push(closePlaces);
    const sides: Side[] = [];
    for (const input of inputs) {
      const { directory, name } = input;
      if (directory === undefined) sides.push(await side(places[files.indexOf(input)]!));
      else if (existsSync(join(directory, 'oci-layout'))) sides.push(await image(input));
      else sides.push({ kind: 'directory', name });
    }
    return { sides, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}
