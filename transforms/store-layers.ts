import type { Duplex } from 'node:stream';
import type { Compression } from '../lib/codecs/compression.ts';
import { flow } from '../lib/streams/flow.ts';
import type { Blobs } from '../lib/image/blob.ts';
import type { Blob, Image } from '../lib/image/image.ts';

/**
 * An image in, the same with all layers stored in one way out: readers of archives judge all by the first. A layer that
 * is stored so already is carried byte for byte.
 */
export function storeLayers(compression: Compression, blobs: Blobs): Duplex {
  return flow<Image, Image>(
    async function* (images) {
      for await (const image of images) {
        const layers: Blob[] = [];
        const known = new Map<string, Blob>();
        for (const layer of image.layers) {
          const stored = known.get(layer.diffId) ?? (await blobs.convert(layer, compression));
          known.set(layer.diffId, stored);
          layers.push(stored);
        }
        yield { ...image, layers };
      }
    },
    { from: 'objects', to: 'objects' },
  );
}
