import type { Digest } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import { spills } from '../bytes/spill.ts';
import { type Compression, compress, compressionAt, decompress } from '../codecs/compression.ts';
import { type Input, together } from '../inputs/input.ts';
import { consume } from '../streams/consume.ts';
import { discard } from '../streams/discard.ts';
import type { Flow } from '../streams/flow.ts';
import { type Measure, measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import { placeSource } from '../streams/source.ts';
import { copyInto, spillInto } from '../streams/spilling.ts';
import type { Layer } from './image.ts';
import { verifyLayer } from './recognition.ts';
import { verifiedSource } from './verified.ts';

/** Reads layers and stores them in other ways; it owns the temporary files behind them. */
export interface LayerStore {
  /** Reads an input to its end, whatever it is compressed with; that it is no layer is an InputError. */
  read(input: Input): Promise<Layer>;
  /** Reads several inputs: pipes all at once, since their writers may wait for each other, files one after another. */
  readAll(inputs: readonly Input[]): Promise<Layer[]>;
  /**
   * Reads a layer of an image, and finds its digests.
   *
   * @param also reads it at the same time, whatever the digests turn out to be: its bytes where it is compressed, which are
   *   read to their end in any case, and else at its place
   */
  measure(place: Place, also?: AlsoReads): Promise<Layer>;
  /** The same layer stored otherwise; one that comes again is converted once. */
  convert(layer: Layer, compression: Compression): Promise<Layer>;
  close(): Promise<void>;
}

/** What else reads a layer. */
export type AlsoReads = (place: Place, plain: AsyncIterable<Buffer> | undefined) => Promise<void>;

/** Makes a store, which must be closed when its layers are no longer read. */
export function layerStore(): LayerStore {
  const store = spills();
  /** Under way or done, by diff_id and compression. */
  const converted = new Map<string, Promise<Layer>>();

  async function convert(layer: Layer, compression: Compression): Promise<Layer> {
    // Compressed bytes stand behind their own digest and size, which are not known before.
    const spill = await store.make(layer.place.name);
    const stored = measure();
    const { stream } = decompress(layer.place.name);
    await pump(verifiedSource(layer.place, layer), stream, compress(compression), stored.stream, spillInto(spill));
    const place = await spill.place(0, spill.size());
    return layerAt(place, stored.digest(), stored.size(), compression, layer.diffId);
  }

  async function read(input: Input): Promise<Layer> {
    // A pipe is kept: its digest and size stand before it in an archive.
    const spill = input.place ? undefined : await store.make(input.name);
    const stored = measure();
    const { stream, compression } = decompress(input.name);
    const plain = measure(() => compression() === 'none');
    const copy: Flow<Buffer, Buffer> | undefined = spill && copyInto(spill);
    await pump(input.bytes(), copy, stored.stream, stream, plain.stream, verifyLayer(input.name));
    const place = input.place ?? { ...(await spill!.place(0, spill!.size())), reads: input.reads };
    return layerOf(place, stored, plain, compression());
  }

  return {
    read,
    async readAll(inputs) {
      const layers = new Map<Input, Layer>();
      const add = async (input: Input): Promise<void> => {
        layers.set(input, await read(input));
      };
      const files = async (): Promise<void> => {
        for (const input of inputs) if (input.place) await add(input);
      };
      await together(inputs, [...inputs.filter((input) => !input.place).map(add), files()]);
      return inputs.map((input) => layers.get(input)!);
    },
    async measure(place, also) {
      const stored = measure();
      const compression = compressionAt(place);
      if (compression === 'none') {
        await pump(placeSource(place), stored.stream, discard());
        await also?.(place, undefined);
        return layerOf(place, stored, stored, compression);
      }
      const plain = measure();
      const rest = also ? consume<Buffer>((bytes) => also(place, bytes), 'bytes') : discard();
      await pump(placeSource(place), stored.stream, decompress(place.name).stream, plain.stream, rest);
      return layerOf(place, stored, plain, compression);
    },
    convert(layer, compression) {
      if (layer.compression === compression) return Promise.resolve(layer);
      const key = `${layer.diffId} ${compression}`;
      const known = converted.get(key) ?? convert(layer, compression);
      converted.set(key, known);
      return known;
    },
    close: store.close,
  };
}

function layerOf(place: Place, stored: Measure, plain: Measure, compression: Compression): Layer {
  const digest = stored.digest();
  return layerAt(place, digest, stored.size(), compression, compression === 'none' ? digest : plain.digest());
}

function layerAt(place: Place, digest: Digest, size: number, compression: Compression, diffId: Digest): Layer {
  return { place, content: () => verifiedSource(place, { digest, size }), digest, size, compression, diffId };
}
