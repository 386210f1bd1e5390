import { type Compression, compress, compressionAt, decompress } from '../codecs/compression.ts';
import { measure } from '../bytes/digest.ts';
import { discard } from '../streams/discard.ts';
import { type Input, together } from '../inputs/input.ts';
import { layerCheck } from './recognition.ts';
import { type Place, streamOf } from '../bytes/place.ts';
import { pump } from '../streams/pump.ts';
import { copyInto, into, type Spill, spill } from '../bytes/spill.ts';
import type { Blob } from './image.ts';

/** Makes blobs, and owns the temporary files behind them. */
export interface Blobs {
  /** Reads a layer to its end, whatever it is compressed with, and verifies that it is one. */
  ofLayer(input: Input): Promise<Blob>;
  /** Reads a stored layer that can be read at any time, and finds its digests. */
  ofPlace(place: Place): Promise<Blob>;
  /** The same layer stored otherwise. */
  convert(blob: Blob, compression: Compression): Promise<Blob>;
  close(): Promise<void>;
}

export function blobs(): Blobs {
  const spills: Spill[] = [];
  async function made(name: string): Promise<Spill> {
    const one = await spill(name);
    spills.push(one);
    return one;
  }

  async function examined(place: Place): Promise<Blob> {
    const stored = measure();
    const inner = decompress(place.name);
    const plain = measure(() => inner.compression() === 'none');
    await pump(streamOf(place), stored.stream, inner.stream, plain.stream, ...layerCheck(place.name));
    return blobOf(place, stored, plain, inner.compression());
  }

  return {
    async ofLayer(input) {
      if (input.place) return examined(input.place);
      // A pipe is kept: its digest and size stand before it in an archive.
      const kept = await made(input.name);
      const stored = measure();
      const inner = decompress(input.name);
      const plain = measure(() => inner.compression() === 'none');
      const check = layerCheck(input.name);
      await pump(input.bytes(), copyInto(kept), stored.stream, inner.stream, plain.stream, ...check);
      return blobOf(await kept.place(0, kept.size()), stored, plain, inner.compression());
    },
    async ofPlace(place) {
      const stored = measure();
      const compression = compressionAt(place);
      if (compression === 'none') {
        await pump(streamOf(place), stored.stream, discard());
        return blobOf(place, stored, stored, 'none');
      }
      const plain = measure();
      await pump(streamOf(place), stored.stream, decompress(place.name).stream, plain.stream, discard());
      return blobOf(place, stored, plain, compression);
    },
    async convert(blob, compression) {
      if (blob.compression === compression) return blob;
      // Compressed bytes stand behind their own digest and size, which are not known before.
      const kept = await made(blob.place.name);
      const stored = measure();
      await pump(
        streamOf(blob.place),
        decompress(blob.place.name).stream,
        compress(compression),
        stored.stream,
        into(kept),
      );
      const place = await kept.place(0, kept.size());
      return {
        ...blob,
        place,
        content: () => place,
        digest: stored.digest(),
        size: stored.size(),
        compression,
      };
    },
    async close() {
      await Promise.all(spills.map((one) => one.close()));
    },
  };
}

type Measured = Pick<ReturnType<typeof measure>, 'digest' | 'size'>;

function blobOf(place: Place, stored: Measured, plain: Measured, compression: Compression): Blob {
  const digest = stored.digest();
  const diffId = compression === 'none' ? digest : plain.digest();
  return { place, content: () => place, digest, size: stored.size(), compression, diffId };
}

/** Pipes are read all at once, since their writers may wait for each other; files one after another. */
export async function readLayers(inputs: readonly Input[], store: Blobs): Promise<Blob[]> {
  const read = new Map<Input, Blob>();
  const one = async (input: Input): Promise<void> => {
    read.set(input, await store.ofLayer(input));
  };
  const files = async (): Promise<void> => {
    for (const input of inputs) if (input.place) await one(input);
  };
  await together(inputs, [...inputs.filter((input) => !input.place).map(one), files()]);
  return inputs.map((input) => read.get(input)!);
}
