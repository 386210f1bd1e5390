import type { Compression } from '../lib/codecs/compression.ts';
import type { Image, Layer } from '../lib/image/image.ts';
import type { LayerStore } from '../lib/image/layer-store.ts';
import { type Flow, flow } from '../lib/streams/flow.ts';

/**
 * An image in, the same with all layers stored in one way out: readers of archives judge all by the first. A layer that
 * is stored so already is carried byte for byte.
 */
export function storeLayers(compression: Compression, store: LayerStore): Flow<Image, Image> {
  return flow<Image, Image>(
    async function* (images) {
      for await (const image of images) {
        const layers: Layer[] = [];
        for (const layer of image.layers) layers.push(await store.convert(layer, compression));
        yield { ...image, layers };
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
