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
        const converted = new Map<string, Layer>();
        for (const layer of image.layers) {
          const stored = converted.get(layer.diffId) ?? (await store.convert(layer, compression));
          converted.set(layer.diffId, stored);
          layers.push(stored);
        }
        yield { ...image, layers };
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
