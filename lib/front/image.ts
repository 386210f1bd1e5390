import type { Readable } from 'node:stream';
import { archiveImage } from '../../transforms/archive-image.ts';
import { stackLayers } from '../../transforms/stack-layers.ts';
import { storeLayers } from '../../transforms/store-layers.ts';
import type { Digest } from '../bytes/digest.ts';
import { type Compression, decompress } from '../codecs/compression.ts';
import { contentOf } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { baseAnnotations, type ConfigChange } from '../image/config.ts';
import { type Filesystem, type FoundFile, filesystemOf } from '../image/filesystem.ts';
import type { Layer } from '../image/image.ts';
import type { JsonObject } from '../image/json.ts';
import { layerStore } from '../image/layer-store.ts';
import { openImage as readImage, scratchImage, seekableSource } from '../image/open.ts';
import { packArchive } from '../image/pack-archive.ts';
import { type Platform, parsePlatform } from '../image/platform.ts';
import { parseTag, type Reference } from '../image/reference.ts';
import { closeInputs, type Input, together } from '../inputs/input.ts';
import type { Source } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { byteSource, source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import { unpack } from '../tar/unpack.ts';
import { abortable } from './abort.ts';
import { type Bytes, openBytes } from './input.ts';
import { pullImage } from './registry.ts';

export interface OpenImageOptions {
  /** `linux/arm64`: picks from an image for several platforms, and must be that of a single one. */
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image that was read to its end and verified. It must be closed. */
export interface ImageFile {
  /** The name that its archive gives it, where it gives one. */
  readonly name: string | undefined;
  /** The digest of its manifest, where it has one. */
  readonly digest: Digest | undefined;
  readonly config: JsonObject;
  readonly platform: Platform;
  readonly annotations: Readonly<Record<string, string>>;
  /** The lowest first. */
  readonly layers: readonly ImageLayer[];
  /** What stands at a path in the tree that the layers make, symlinks followed inside it. */
  find(path: string): Promise<FoundFile | undefined>;
  close(): Promise<void>;
}

export interface ImageLayer {
  /** Of the layer as it is stored. */
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** The digest of the plain tar. */
  readonly diffId: Digest;
  /** What is in the layer, read anew each time. Bodies are read or given up as those of `readLayer`. */
  entries(): Source<Entry>;
}

/**
 * Opens an image: an archive or a layout directory by its path, an archive as a stream, or one in a registry by its
 * reference (see `parseReference`). Everything is verified; what does not agree is an InputError.
 */
export async function openImage(
  image: Bytes | Reference,
  { platform, signal }: OpenImageOptions = {},
): Promise<ImageFile> {
  const isReference = typeof image === 'object' && 'repository' in image;
  const input = await openBytes(isReference ? pullImage(image, { platform, signal }) : image, true);
  const store = layerStore();
  const opening = seekableSource(input);
  const close = async (): Promise<void> => {
    await (await opening.catch(() => undefined))?.close();
    await store.close();
    await input.close();
  };
  const stop = (): void => {
    void input.close();
  };
  try {
    const wanted = platform === undefined ? undefined : parsePlatform(platform);
    const opened = await abortable(signal, stop, async () => readImage(await opening, wanted, store));
    const { layers, config, platform: own, annotations } = opened.image;
    let filesystem: Promise<Filesystem> | undefined;
    return {
      name: opened.name,
      digest: opened.digest,
      config,
      platform: own,
      annotations,
      layers: layers.map(imageLayer),
      async find(path) {
        filesystem ??= filesystemOf(layers, () => Number.POSITIVE_INFINITY);
        return (await filesystem).find(path);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function imageLayer({ digest, size, compression, diffId, place, content }: Layer): ImageLayer {
  const entries = (): Source<Entry> => {
    const unpacked = unpack(place.name);
    const bytes = byteSource(contentOf(content()));
    return source(readThrough(unpacked, pump(bytes, decompress(place.name).stream, unpacked)));
  };
  return { digest, size, compression, diffId, entries };
}

export interface BuildImageOptions {
  /** What is stacked on: an archive or a layout directory by its path, or an archive as a stream. Nothing: scratch. */
  readonly base?: Bytes | undefined;
  /** The lowest first: files, streams of bytes, or entries. */
  readonly layers?: readonly (Bytes | Source<Entry>)[];
  /** What changes in the config. */
  readonly config?: Partial<ConfigChange>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `NAME` or `NAME:TAG`. */
  readonly tags?: readonly string[];
  readonly platform?: string | undefined;
  /** How all layers are stored; as the first one is where it is not given. */
  readonly compression?: Compression | undefined;
  readonly format?: 'docker' | 'oci';
  /** Of the image and of the layers that are added, in seconds since 1970; 0 where it is not given. */
  readonly time?: number;
  readonly createdBy?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Makes an image, as `layertool image` does: the bytes of its archive. What cannot be read is an InputError. */
export function buildImage(options: BuildImageOptions): Source<Buffer> {
  return byteSource(archiveBytes(options));
}

async function* archiveBytes(options: BuildImageOptions): AsyncGenerator<Buffer> {
  const { base, layers = [], config = {}, annotations = {}, tags = [], time = 0, signal } = options;
  const { format = 'docker', createdBy = 'layertool' } = options;
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const named = tags.map(parseTag);
  const inputs: Input[] = [];
  const store = layerStore();
  const stop = (): void => {
    void closeInputs(inputs);
  };
  const closers: (() => Promise<void>)[] = [];
  try {
    if (base !== undefined) inputs.push(await openBytes(base, true));
    for (const layer of layers) inputs.push(await openLayer(layer));
    const [opened, added] = await abortable(signal, stop, () =>
      together(inputs, [
        openBase(base === undefined ? undefined : inputs[0]),
        store.readAll(base === undefined ? inputs : inputs.slice(1)),
      ]),
    );
    const change: ConfigChange = { env: [], envClear: false, labels: [], ports: [], volumes: [], ...config };
    const stored = options.compression ?? [...opened.image.layers, ...added][0]?.compression ?? 'none';
    const archive = packArchive();
    const pumped = pump(
      source([opened.image]),
      stackLayers({
        layers: added,
        change,
        annotations: { ...baseAnnotations(opened), ...annotations },
        time,
        createdBy,
      }),
      storeLayers(stored, store),
      archiveImage({ format, tags: named, time }),
      archive,
    );
    for await (const chunk of readThrough(archive, pumped)) {
      signal?.throwIfAborted();
      yield chunk;
    }
    for (const input of inputs) await input.unchanged();
  } finally {
    for (const close of closers) await close();
    await store.close();
    await closeInputs(inputs);
  }

  async function openBase(input: Input | undefined): ReturnType<typeof readImage> {
    if (input === undefined) return scratchImage(platform);
    const files = await seekableSource(input);
    closers.push(files.close);
    return readImage(files, platform, store);
  }
}

/** Opens the bytes of a layer; a stream of objects may be one of bytes all the same, or of entries. */
async function openLayer(layer: Bytes | Source<Entry>): Promise<Input> {
  if (typeof layer === 'string' || !layer.readableObjectMode) return openBytes(layer);
  return openBytes(byteSource(layerBytes(layer)));
}

async function* layerBytes(layer: Readable | Source<Entry>): AsyncGenerator<Buffer> {
  const values: AsyncIterator<Buffer | Entry> = layer[Symbol.asyncIterator]();
  const first = await values.next();
  if (first.done) return;
  const isEntry = (value: Buffer | Entry): value is Entry => !Buffer.isBuffer(value);
  async function* all(): AsyncGenerator<Buffer | Entry> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => values };
  }
  if (!isEntry(first.value)) {
    for await (const value of all()) if (!isEntry(value)) yield value;
    return;
  }
  const packed = pack();
  async function* entries(): AsyncGenerator<Entry> {
    for await (const value of all()) if (isEntry(value)) yield value;
  }
  yield* readThrough(packed, pump(source(entries()), packed));
}
